-- purpose: what others may read in a build and what `export` writes: one view a table, each column in words
-- parameters: none
-- result columns: none (creates views, and a comment on each view and each of its columns)

-- The words are the data dictionary (docs/data-dictionary.md). Everything is named whole, so that a program that opens
-- the file with no settings of ours finds it. The queries open_*.sql ask the same of what was known on a past day.
create schema open_data;

create view open_data.registers as
select
    r.register, r.title, r.short_title, r.noun, r.publisher, r.about, r.address, r.licence, r.contact, r.synthetic,
    a.selected, a.as_at, a.edition, nullif(r.cadence, '') as cadence, r.target_days, r.target_unit, r.target_clock,
    r.target_source
from reference.registers as r
inner join core.latest_as_at as a on r.register = a.register;

comment on view open_data.registers is 'One row a register that has an edition in this build: who publishes it, under which licence, and how far it reaches.';
comment on column open_data.registers.register is 'The register''s id. Those of synthetic sample data begin with sample-.';
comment on column open_data.registers.title is 'Its full title.';
comment on column open_data.registers.short_title is 'The title used where space is short.';
comment on column open_data.registers.noun is 'What one reference of it is called: request, share, agreement, application, project or release.';
comment on column open_data.registers.publisher is 'Who publishes it.';
comment on column open_data.registers.about is 'What it lists and what it leaves out, in a few sentences.';
comment on column open_data.registers.address is 'Where it is published; empty: not known.';
comment on column open_data.registers.licence is 'The licence of its data in the publisher''s words, or that none is stated.';
comment on column open_data.registers.contact is 'Whom to tell of an error in it; empty: not known.';
comment on column open_data.registers.synthetic is 'True: invented sample data, about nobody.';
comment on column open_data.registers.selected is 'True: a selection that others made for their own reasons, which supports no count, share or average.';
comment on column open_data.registers.as_at is 'The day that its latest edition speaks of.';
comment on column open_data.registers.edition is 'The latest edition''s id.';
comment on column open_data.registers.cadence is 'How often it is published, as its publisher says. Null: not said.';
comment on column open_data.registers.target_days is 'The publisher''s own target for one clock, in days. Null: none is named.';
comment on column open_data.registers.target_unit is 'Days of what kind: calendar or working.';
comment on column open_data.registers.target_clock is 'The clock that the target is about (docs/contract.md lists the clocks).';
comment on column open_data.registers.target_source is 'Where the publisher names the target.';

create view open_data.editions as
select
    e.register,
    e.edition,
    e.as_at,
    e.published,
    case when e.published_basis <> 'stated_month' then date_diff('day', e.as_at, e.published) end as lag_days,
    e.entries + e.person_counts as rows,
    coalesce(q.requests, 0) as requests,
    e.sha256,
    e.era,
    e.as_at_basis,
    e.published_basis,
    e.file,
    e.address,
    e.licence,
    e.provenance,
    coalesce(
        e.replaces,
        (
            select max_by(w.edition, w.edition_order) from staging.withdrawn_editions as w
            where w.register = e.register and w.replaced_by = e.edition
        )
    ) as replaces,
    e.replaced_by,
    null::date as withdrawn_on,
    null::varchar as withdrawn_reason
from staging.editions as e
left join core.edition_requests as q on e.register = q.register and e.edition = q.edition
union all by name
select register, edition, as_at, published,
    case when published_basis <> 'stated_month' then date_diff('day', as_at, published) end as lag_days,
    sha256, as_at_basis, published_basis, replaced_by, withdrawn_on, withdrawn_reason
from staging.withdrawn_editions;

comment on view open_data.editions is 'One row an edition: one published file of a register. The measure editions.';
comment on column open_data.editions.register is 'The register''s id.';
comment on column open_data.editions.edition is 'The edition''s id: its as-at date, then .2 and so on where the publisher replaced the file.';
comment on column open_data.editions.as_at is 'The day that the file speaks of.';
comment on column open_data.editions.published is 'The day on which it was published. Null: not stated.';
comment on column open_data.editions.lag_days is 'Calendar days from as_at to published. Null: not stated, or only the month is.';
comment on column open_data.editions.rows is 'Rows read from it: entries and counts of persons. Null: withdrawn.';
comment on column open_data.editions.requests is 'Different requests that it lists. Null: withdrawn.';
comment on column open_data.editions.sha256 is 'SHA-256 of the published file, in hexadecimal digits.';
comment on column open_data.editions.era is 'The layout that its workbook follows.';
comment on column open_data.editions.as_at_basis is 'How as_at is known: stated, or inferred from the latest event in it.';
comment on column open_data.editions.published_basis is 'How published is known: stated, or stated_month, where the last day of the month is taken.';
comment on column open_data.editions.file is 'The published file''s name.';
comment on column open_data.editions.address is 'The address it came from; empty: not recorded.';
comment on column open_data.editions.licence is 'The licence as the edition was archived, in words.';
comment on column open_data.editions.provenance is 'How the file was obtained, in words.';
comment on column open_data.editions.replaces is 'The edition that this one replaced. Null: none.';
comment on column open_data.editions.replaced_by is 'The edition that replaced this one. Null: none; it counts.';
comment on column open_data.editions.withdrawn_on is 'The day on which it was withdrawn: then none of its rows is here. Null: it was not.';
comment on column open_data.editions.withdrawn_reason is 'Why it was withdrawn.';

create view open_data.requests as
select
    q.register, q.reference, q.recipient_id, q.recipient, q.published_recipient, q.recipient_type, q.published_type,
    q.title, q.purpose, q.dataset, q.tier, q.sensitivity, q.identifiability, q.legal_basis, q.route, q.outcome,
    q.published_outcome, q.is_open, q.received_date, q.received_basis, q.decided_date, q.approved_date, q.released_date,
    q.reuse_date, q.refused_date, q.closed_date, q.licence_end, q.data_held, q.selected, q.survivor_only, q.excluded_rule,
    q.first_edition, q.last_edition, e.edition, e.sheet, e.sheet_row
from core.requests as q
inner join staging.entries as e on q.entry_id = e.entry_id;

comment on view open_data.requests is 'One row a request for access, in the version last published: a later edition overrides an earlier one, and a cell it leaves empty leaves the earlier value standing. A request that has left the register is still here.';
comment on column open_data.requests.register is 'The register''s id.';
comment on column open_data.requests.reference is 'The request''s reference, by which the register knows it; unique within the register.';
comment on column open_data.requests.recipient_id is 'The id of the organisation that asked, after review; see recipients. Null: not published.';
comment on column open_data.requests.recipient is 'The name it is counted under, after review. Null: not published.';
comment on column open_data.requests.published_recipient is 'The name as published.';
comment on column open_data.requests.recipient_type is 'What kind of organisation it is, one of the project''s list (docs/contract.md); unknown where neither the register nor a review says.';
comment on column open_data.requests.published_type is 'The kind of organisation in the publisher''s words.';
comment on column open_data.requests.title is 'What the request or project is called.';
comment on column open_data.requests.purpose is 'What the data are for, in the publisher''s words.';
comment on column open_data.requests.dataset is 'Which data, as published: a text can name several.';
comment on column open_data.requests.tier is 'The publisher''s tier, 1 to 4.';
comment on column open_data.requests.sensitivity is 'The publisher''s class of sensitivity, A to E: a scheme of its own, never merged with the tiers.';
comment on column open_data.requests.identifiability is 'The publisher''s class of how far the data identify people, 1 to 5.';
comment on column open_data.requests.legal_basis is 'The legal basis or gateway, as published.';
comment on column open_data.requests.route is 'How the data are reached, or how far they identify people, as published.';
comment on column open_data.requests.outcome is 'What became of it, one of the project''s list (docs/contract.md).';
comment on column open_data.requests.published_outcome is 'What became of it in the publisher''s words.';
comment on column open_data.requests.is_open is 'True: received, and nothing has ended it. Approved and not yet released is open.';
comment on column open_data.requests.received_date is 'The day of receipt. Null: not published.';
comment on column open_data.requests.received_basis is 'How received_date is known: stated, or from_reference.';
comment on column open_data.requests.decided_date is 'The first day on which it was approved, released, permitted for re-use or refused.';
comment on column open_data.requests.approved_date is 'The day of approval.';
comment on column open_data.requests.released_date is 'The day of the first release of data.';
comment on column open_data.requests.reuse_date is 'The day on which re-use of data already held was permitted.';
comment on column open_data.requests.refused_date is 'The day of refusal.';
comment on column open_data.requests.closed_date is 'The day on which it ended, however it ended.';
comment on column open_data.requests.licence_end is 'The day on which the licence or agreement ends.';
comment on column open_data.requests.data_held is 'Whether the data are still held, in the publisher''s words.';
comment on column open_data.requests.selected is 'True: known from a selection that others made, so it is counted in no measure.';
comment on column open_data.requests.survivor_only is 'True: seen only in lists of what is still held or live, so those that ended before are missing beside it.';
comment on column open_data.requests.excluded_rule is 'Why it is left out of what needs its receipt and its end. Null: it is not.';
comment on column open_data.requests.first_edition is 'The first edition that lists it.';
comment on column open_data.requests.last_edition is 'The last edition that lists it.';
comment on column open_data.requests.edition is 'The edition of the row that this version rests on.';
comment on column open_data.requests.sheet is 'The sheet of that row, as named in the file.';
comment on column open_data.requests.sheet_row is 'That row''s number in the sheet, counted from 1; in CSV the record, the header being 1.';

create view open_data.releases as
select
    r.register, r.reference, r.occurrence, r.request, r.recipient_id, r.recipient, r.recipient_type, r.published_type,
    r.dataset, r.tier, r.route, r.legal_basis, r.released_date, r.selected, e.edition, e.sheet, e.sheet_row
from core.releases as r
inner join staging.entries as e on r.entry_id = e.entry_id;

comment on view open_data.releases is 'One row a release: one supply of data under a request. Of a register that lists requests and no releases, the first release of each request that says when it was.';
comment on column open_data.releases.register is 'The register''s id.';
comment on column open_data.releases.reference is 'The release''s reference, as published.';
comment on column open_data.releases.occurrence is 'Tells releases of one reference apart, in the order listed: 1, 2 and so on.';
comment on column open_data.releases.request is 'The reference of the request it belongs to; see requests.';
comment on column open_data.releases.recipient_id is 'The id of the organisation that received the data, after review; see recipients. Null: not published.';
comment on column open_data.releases.recipient is 'The name it is counted under, after review. Null: not published.';
comment on column open_data.releases.recipient_type is 'What kind of organisation it is, one of the project''s list (docs/contract.md).';
comment on column open_data.releases.published_type is 'The kind of organisation in the publisher''s words.';
comment on column open_data.releases.dataset is 'Which data, as published: a text can name several.';
comment on column open_data.releases.tier is 'The publisher''s tier, 1 to 4.';
comment on column open_data.releases.route is 'How the data are reached, or how far they identify people, as published.';
comment on column open_data.releases.legal_basis is 'The legal basis or gateway, as published.';
comment on column open_data.releases.released_date is 'The day of release. Null: not published.';
comment on column open_data.releases.selected is 'True: known from a selection that others made, so it is counted in no measure.';
comment on column open_data.releases.edition is 'The edition of the row it is read from.';
comment on column open_data.releases.sheet is 'The sheet of that row, as named in the file.';
comment on column open_data.releases.sheet_row is 'That row''s number in the sheet, counted from 1; in CSV the record, the header being 1.';

create view open_data.recipients as
with listed as (
    select register, recipient_id, recipient, recipient_type, 1 as requests, 0 as releases
    from core.requests where recipient_id is not null
    union all
    select register, recipient_id, recipient, recipient_type, 0, 1 from core.releases where recipient_id is not null
)
select
    l.register,
    l.recipient_id,
    min(l.recipient) as recipient,
    string_agg(distinct l.recipient_type, '; ' order by l.recipient_type) as recipient_types,
    any_value(f.parent_recipient) as parent_recipient,
    any_value(f.former_names) as former_names,
    sum(l.requests)::bigint as requests,
    sum(l.releases)::bigint as releases
from listed as l
left join core.recipient_facts as f on l.register = f.register and l.recipient_id = f.recipient_id
group by l.register, l.recipient_id;

comment on view open_data.recipients is 'One row an organisation of a register, after reviewed aliasing. Every published spelling of its name is in the measure recipient-names.';
comment on column open_data.recipients.register is 'The register''s id. Organisations are never joined across registers.';
comment on column open_data.recipients.recipient_id is 'The organisation''s id, which depends on its name alone.';
comment on column open_data.recipients.recipient is 'The name it is counted under.';
comment on column open_data.recipients.recipient_types is 'The kinds of organisation that its requests and releases say, parted by a semicolon.';
comment on column open_data.recipients.parent_recipient is 'The organisation it is part of, as a review says. Null: none is named.';
comment on column open_data.recipients.former_names is 'Its former names as a review says, parted by a semicolon. Null: none is named.';
comment on column open_data.recipients.requests is 'How many rows of requests name it, those of a selection too.';
comment on column open_data.recipients.releases is 'How many rows of releases name it, those of a selection too.';

create view open_data.person_counts as
select
    p.register, p.edition, e.published, p.body, p.unit, p.period_text as period, p.period_start, p.period_end, p.requested,
    p.supplied, p.people, p.sheet, p.sheet_row
from staging.person_counts as p
inner join staging.editions as e on p.register = e.register and p.edition = e.edition;

comment on view open_data.person_counts is 'One row a count as one edition publishes it, by body and period. A later edition may give the same count otherwise: the measure person-counts says which stands.';
comment on column open_data.person_counts.register is 'The register''s id.';
comment on column open_data.person_counts.edition is 'The edition that gives the count.';
comment on column open_data.person_counts.published is 'The day on which that edition was published. Null: not stated.';
comment on column open_data.person_counts.body is 'The body whose requests are counted.';
comment on column open_data.person_counts.unit is 'What is counted: individuals, records or requests. Units are never added together.';
comment on column open_data.person_counts.period is 'The period as published.';
comment on column open_data.person_counts.period_start is 'Its first day. Null: it could not be read.';
comment on column open_data.person_counts.period_end is 'Its last day. Null: it could not be read.';
comment on column open_data.person_counts.requested is 'How many were asked for, in units of unit. Null: not published.';
comment on column open_data.person_counts.supplied is 'How many were supplied, in units of unit. Null: not published.';
comment on column open_data.person_counts.people is 'How many people they are about. Null: not published.';
comment on column open_data.person_counts.sheet is 'The sheet of the row it is read from, as named in the file.';
comment on column open_data.person_counts.sheet_row is 'That row''s number in the sheet, counted from 1.';

create view open_data.changes as
select
    change, reference, field, before, after, kind, register, edition, previous, published, recipient, recipient_id, sheet,
    sheet_row, words, about, occurrence, request, known_from
from core.changes;

comment on view open_data.changes is 'One row a change that an edition brought against the one before. The measure changes.';
comment on column open_data.changes.change is 'The change''s id, the same whenever it is asked for.';
comment on column open_data.changes.reference is 'The reference of what changed; of a count of persons, its body and period.';
comment on column open_data.changes.field is 'The field that was amended or respelt. Null where a whole row came or went.';
comment on column open_data.changes.before is 'What the edition before said, dates in ISO 8601. Null: nothing.';
comment on column open_data.changes.after is 'What this edition says, dates in ISO 8601. Null of an amended field: its cell is empty.';
comment on column open_data.changes.kind is 'added, amended, typographic, licence_ended or left_no_reason_published.';
comment on column open_data.changes.register is 'The register''s id.';
comment on column open_data.changes.edition is 'The later edition.';
comment on column open_data.changes.previous is 'The edition it is compared with.';
comment on column open_data.changes.published is 'The day on which the later edition was published. Null: not stated.';
comment on column open_data.changes.recipient is 'The organisation it is about, by the name it is counted under.';
comment on column open_data.changes.recipient_id is 'Its id; see recipients.';
comment on column open_data.changes.sheet is 'The sheet of the row in the later edition; of what left, in the earlier.';
comment on column open_data.changes.sheet_row is 'That row''s number in the sheet, counted from 1.';
comment on column open_data.changes.words is 'The change as a sentence.';
comment on column open_data.changes.about is 'What changed: request, release or person_count.';
comment on column open_data.changes.occurrence is 'Which of several rows of one reference it is.';
comment on column open_data.changes.request is 'The reference of the request it belongs to.';
comment on column open_data.changes.known_from is 'The day from which a reader could know of it: that of publication, else the as-at date.';

create view open_data.issues as
select register, edition, sheet, sheet_row, column_name as "column", rule, value, severity, words
from core.issues;

comment on view open_data.issues is 'One row a problem in the data, with its place. The measure issues.';
comment on column open_data.issues.register is 'The register''s id.';
comment on column open_data.issues.edition is 'The edition it stands in.';
comment on column open_data.issues.sheet is 'The sheet, as named in the file.';
comment on column open_data.issues.sheet_row is 'The row''s number in the sheet, counted from 1. Null: it is about the sheet or the file.';
comment on column open_data.issues.column is 'The column''s heading or field; empty: it is about the row.';
comment on column open_data.issues.rule is 'The rule that was broken, by its name.';
comment on column open_data.issues.value is 'The text that breaks it. Empty of what is withdrawn.';
comment on column open_data.issues.severity is 'error: a value could not be read; warning: read, with a doubt; info: worth knowing.';
comment on column open_data.issues.words is 'The problem as a sentence.';
