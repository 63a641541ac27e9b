-- purpose: requests and releases, one row each, in the version last published; what each register can answer
-- parameters: none
-- result columns: none (creates tables and macros)

-- Which editions a question reads: the one named, else those known on the day, less any whose replacement was
-- known by then. The replaced file stays in the archive and can still be named.
create macro core.editions_read(known_on, only_edition) as table
select e.*
from staging.editions as e
left join staging.editions as r on e.register = r.register and e.replaced_by = r.edition
where case
    when only_edition is not null then e.edition = only_edition
    when known_on is not null then e.known_from <= known_on and coalesce(r.known_from > known_on, true)
    else r.edition is null
end;

-- An entry's dates by what they mean. The legacy workbook has one date column with three meanings, told apart
-- by the outcome; without an outcome the date only closes the request.
create view staging.dated_entries as
select
    e.*,
    -- an approval is a decision and closes nothing: what was approved waits for its release
    case when outcome_mapped = 'approved' then composite_date end as approved_on,
    case when outcome_mapped = 'released' then coalesce(composite_date, closed_date) end as released_on,
    case when outcome_mapped = 'reuse_permitted' then coalesce(composite_date, closed_date) end as reuse_on,
    case when outcome_mapped = 'refused' then coalesce(composite_date, closed_date) end as refused_on,
    case
        when outcome_mapped in ('not_pursued', 'withdrawn', 'discontinued')
            then coalesce(closed_date, composite_date)
    end as ended_on,
    case
        when outcome_mapped = 'approved' then closed_date
        else least(coalesce(closed_date, composite_date), coalesce(composite_date, closed_date))
    end as stated_close,
    -- the day on which a reviewed row must hold to say whose name this is
    case
        when recipient_key is not null
            then coalesce(
                least(
                    received_date, approved_date, released_date, reuse_date, refused_date, closed_date,
                    composite_date, unspecified_date
                ),
                as_at
            )
    end as recipient_day
from staging.entries as e;

-- The register's word on a request stands, unless it settles nothing or the reviewed row says `override`.
create macro core.type_of(published_type, reviewed_type, type_overrides) as
coalesce(case when type_overrides then reviewed_type end, published_type, reviewed_type, 'unknown');

-- The single values inside a published text that holds several, so that a filter can ask for one.
create table core.dataset_parts as
select register, dataset, part
from (select distinct register, dataset, unnest(dataset_parts) as part from staging.entries)
where part <> dataset;

-- The rows of each request, with what merging them needs.
create view staging.request_rows as
select
    e.register,
    q.request as reference,
    e.edition,
    e.edition_order,
    e.as_at,
    e.known_from,
    e.entry_id,
    e.coverage = 'selected' as selected,
    e.coverage = 'survivors_only' as survivor_only,
    e.recipient as published_recipient,
    e.recipient_key,
    e.recipient_day,
    e.recipient_type as published_type,
    e.recipient_type_mapped as mapped_type,
    e.title,
    e.purpose,
    e.dataset,
    e.tier,
    e.sensitivity,
    e.identifiability,
    e.legal_basis,
    e.route,
    e.data_held,
    e.data_held_mapped,
    coalesce(s.asks_held, false) as held_asked,
    e.outcome as published_outcome,
    e.outcome_mapped as outcome,
    coalesce(e.received_date, q.reference_date) as received_date,
    case
        when e.received_date is not null then 'stated'
        when q.reference_date is not null then 'from_reference'
    end as received_basis,
    e.approved_date,
    e.released_date,
    e.reuse_date,
    e.refused_date,
    case
        when coalesce(e.approved_on, e.released_on, e.reuse_on, e.refused_on, e.ended_on) is not null
            then {
                approved: e.approved_on, released: e.released_on, reuse: e.reuse_on, refused: e.refused_on, ended: e.ended_on
            }
    end as told_by_outcome,
    e.stated_close,
    e.licence_end,
    e.pending,
    e.impossible_dates
from staging.dated_entries as e
inner join staging.entry_requests as q on e.entry_id = q.entry_id
left join (
    select register, edition, sheet, bool_or(list_contains(fields, 'data_held')) as asks_held
    from staging.sheets group by all
) as s on e.register = s.register and e.edition = s.edition and e.sheet = s.sheet;

-- One request in one edition: its rows there, merged. Sheets that list everything come before survivors. Most requests
-- have one row and there is nothing to merge: putting two score of columns through an aggregate would cost many times more.
create table core.request_entries as
with several as (
    select register, reference, edition from staging.request_rows group by all having count(*) > 1
)
select
    register, reference, edition, edition_order, as_at, known_from, entry_id, 1::integer as rows_in_edition,
    * exclude (register, reference, edition, edition_order, as_at, known_from, entry_id),
    survivor_only as survivor_listed
from staging.request_rows anti join several using (register, reference, edition)
union all by name
select
    register,
    reference,
    edition,
    any_value(edition_order) as edition_order,
    any_value(as_at) as as_at,
    any_value(known_from) as known_from,
    arg_min(entry_id, (survivor_only, entry_id)) as entry_id,
    count(distinct entry_id)::integer as rows_in_edition,
    bool_and(selected) as selected,
    bool_and(survivor_only) as survivor_only,
    bool_or(survivor_only) as survivor_listed,
    arg_min(published_recipient, entry_id) as published_recipient,
    arg_min(recipient_key, entry_id) as recipient_key,
    arg_min(recipient_day, entry_id) as recipient_day,
    arg_min(published_type, entry_id) as published_type,
    arg_min(mapped_type, entry_id) as mapped_type,
    arg_min(title, entry_id) as title,
    arg_min(purpose, entry_id) as purpose,
    arg_min(dataset, entry_id) as dataset,
    arg_min(tier, entry_id) as tier,
    arg_min(sensitivity, entry_id) as sensitivity,
    arg_min(identifiability, entry_id) as identifiability,
    arg_min(legal_basis, entry_id) as legal_basis,
    arg_min(route, entry_id) as route,
    arg_min(data_held, entry_id) as data_held,
    arg_min(data_held_mapped, entry_id) as data_held_mapped,
    bool_or(held_asked) as held_asked,
    arg_min(published_outcome, entry_id) as published_outcome,
    -- of rows that ended otherwise, the first listed
    arg_min(outcome, (outcome = 'open', entry_id)) as outcome,
    min(received_date) as received_date,
    -- a stated date in any row is stated
    max(received_basis) as received_basis,
    min(approved_date) as approved_date,
    min(released_date) as released_date,
    min(reuse_date) as reuse_date,
    min(refused_date) as refused_date,
    case
        when count(told_by_outcome) > 0
            then {
                approved: min(told_by_outcome.approved), released: min(told_by_outcome.released),
                reuse: min(told_by_outcome.reuse), refused: min(told_by_outcome.refused), ended: min(told_by_outcome.ended)
            }
    end as told_by_outcome,
    min(stated_close) as stated_close,
    max(licence_end) as licence_end,
    bool_or(pending) as pending,
    max(impossible_dates) as impossible_dates
from staging.request_rows semi join several using (register, reference, edition)
group by register, reference, edition;

-- How many requests each edition lists, counted once.
create table core.edition_requests as
select register, edition, count(*) as requests from core.request_entries group by register, edition;

-- Releases: one row a supply. Identical references are told apart by an occurrence number, which follows a release
-- from edition to edition.
create table core.release_entries as
select
    e.register,
    e.edition,
    e.edition_order,
    e.known_from,
    e.entry_id,
    q.reference,
    q.request,
    o.occurrence,
    e.coverage = 'selected' as selected,
    e.recipient as published_recipient,
    e.recipient_key,
    e.recipient_day,
    e.recipient_type as published_type,
    e.recipient_type_mapped as mapped_type,
    e.title,
    e.dataset,
    e.tier,
    e.route,
    e.legal_basis,
    e.released_date
from staging.dated_entries as e
inner join staging.entry_requests as q on e.entry_id = q.entry_id
inner join staging.release_occurrences as o on q.entry_id = o.entry_id and q.reference = o.reference
where e.row_kind = 'release';

-- Each release as the last of the editions chosen that lists it says.
create macro core.release_versions(known_on, only_edition) as table
select r.*
from core.release_entries as r
semi join core.editions_read(known_on, only_edition) as e on r.register = e.register and r.edition = e.edition
qualify row_number() over (partition by r.register, r.reference, r.occurrence order by r.edition_order desc) = 1;

-- Requests as the editions chosen say. Each value is the last one published: a later edition overrides an
-- earlier one, and a sheet that has no such column, or leaves the cell empty, leaves it standing.
create macro core.request_state(known_on, only_edition) as table
with listed as (
    from core.request_entries semi join core.editions_read(known_on, only_edition) as e using (register, edition)
),
-- listed by several of the editions: the others need no merging
several as (
    select register, reference
    from listed
    semi join (
        select register from core.editions_read(known_on, only_edition) group by register having count(*) > 1
    ) as m using (register)
    group by register, reference having count(*) > 1
),
state as (
    select
        register,
        reference,
        edition_order as first_order,
        edition_order as last_order,
        edition as first_edition,
        edition as last_edition,
        as_at as last_as_at,
        known_from as first_known,
        * exclude (register, reference, edition_order, edition, as_at, known_from, rows_in_edition, pending)
    from listed anti join several using (register, reference)
    union all by name
    select
        register,
        reference,
        min(edition_order) as first_order,
        max(edition_order) as last_order,
        arg_min(edition, edition_order) as first_edition,
        arg_max(edition, edition_order) as last_edition,
        max(as_at) as last_as_at,
        min(known_from) as first_known,
        arg_max(entry_id, edition_order) as entry_id,
        bool_and(selected) as selected,
        bool_and(survivor_only) as survivor_only,
        arg_max(published_recipient, edition_order) as published_recipient,
        arg_max(recipient_key, edition_order) as recipient_key,
        arg_max(recipient_day, edition_order) as recipient_day,
        arg_max(published_type, edition_order) as published_type,
        arg_max(mapped_type, edition_order) as mapped_type,
        arg_max(title, edition_order) as title,
        arg_max(purpose, edition_order) as purpose,
        arg_max(dataset, edition_order) as dataset,
        arg_max(tier, edition_order) as tier,
        arg_max(sensitivity, edition_order) as sensitivity,
        arg_max(identifiability, edition_order) as identifiability,
        arg_max(legal_basis, edition_order) as legal_basis,
        arg_max(route, edition_order) as route,
        arg_max(data_held, edition_order) as data_held,
        arg_max(data_held_mapped, edition_order) as data_held_mapped,
        arg_max(held_asked, edition_order) as held_asked,
        arg_max(survivor_listed, edition_order) as survivor_listed,
        arg_max(published_outcome, edition_order) as published_outcome,
        arg_max(outcome, edition_order) as outcome,
        arg_max(received_date, edition_order) as received_date,
        arg_max(received_basis, edition_order) as received_basis,
        arg_max(approved_date, edition_order) as approved_date,
        arg_max(released_date, edition_order) as released_date,
        arg_max(reuse_date, edition_order) as reuse_date,
        arg_max(refused_date, edition_order) as refused_date,
        -- together: an outcome corrected from one to another takes its date with it
        arg_max(told_by_outcome, edition_order) as told_by_outcome,
        arg_max(stated_close, edition_order) as stated_close,
        arg_max(licence_end, edition_order) as licence_end,
        arg_max(impossible_dates, edition_order) as impossible_dates
    from listed semi join several using (register, reference)
    group by register, reference
),
-- An edition that lists the releases of its own period alone leaves out the first of an older request: so of all.
first_releases as (
    select register, request as reference, min(released_date) as first_released
    from core.release_versions(known_on, only_edition)
    group by register, request
),
dated as (
    select
        * exclude (approved_date, released_date, reuse_date, refused_date, told_by_outcome, first_released),
        coalesce(approved_date, told_by_outcome.approved) as approved_date,
        coalesce(first_released, released_date, told_by_outcome.released) as released_date,
        coalesce(reuse_date, told_by_outcome.reuse) as reuse_date,
        coalesce(refused_date, told_by_outcome.refused) as refused_date,
        told_by_outcome.ended as ended_date
    from state left join first_releases using (register, reference)
),
ended as (
    select
        *,
        least(released_date, reuse_date, refused_date, approved_date) as decided_date,
        -- approved and not yet released is decided, not closed
        least(stated_close, released_date, reuse_date, refused_date, ended_date) as closed_date
    from dated
),
named as (
    select
        e.* exclude (outcome),
        case
            when e.outcome = 'approved' and e.released_date is not null then 'released'
            when e.outcome is not null and (e.outcome <> 'open' or e.closed_date is null) then e.outcome
            when e.released_date is not null then 'released'
            when e.approved_date is not null and e.closed_date is null then 'approved'
            else 'unknown'
        end as outcome,
        coalesce(m.recipient, e.published_recipient) as recipient,
        m.recipient_id,
        core.type_of(e.mapped_type, m.reviewed_type, m.type_overrides) as recipient_type
    from ended as e
    left join reference.recipients as m
        on e.register = m.register and e.recipient_key = m.recipient_key
            and e.recipient_day between m.holds_from and m.holds_to
)
select
    *,
    -- approved and not yet released is still open: nothing has ended it
    received_date is not null and closed_date is null and outcome in ('open', 'approved') as is_open,
    -- Why a request leaves the measures that need a receipt and an end; null when it can be used.
    case
        when received_date is null then 'received_missing'
        when closed_date < received_date then 'closed_before_received'
        when closed_date is null and impossible_dates > 0 then 'date_rejected'
        when closed_date is null and outcome in ('released', 'reuse_permitted', 'refused', 'not_pursued', 'withdrawn', 'discontinued') then 'closed_undated'
        when closed_date is null and outcome = 'unknown' then 'outcome_unknown'
    end as excluded_rule
from named;

create table core.requests as from core.request_state(null, null);

-- Release registers give their own rows; in a register of requests the first release of each is known.
create macro core.release_state(known_on, only_edition) as table
select
    r.register,
    r.reference,
    r.request,
    r.occurrence,
    r.entry_id,
    r.selected,
    r.released_date,
    coalesce(m.recipient, r.published_recipient) as recipient,
    m.recipient_id,
    core.type_of(r.mapped_type, m.reviewed_type, m.type_overrides) as recipient_type,
    r.published_type,
    r.tier,
    r.route,
    r.dataset,
    r.legal_basis,
    'released' as outcome
from core.release_versions(known_on, only_edition) as r
left join reference.recipients as m
    on r.register = m.register and r.recipient_key = m.recipient_key
        and r.recipient_day between m.holds_from and m.holds_to
union all by name
select
    s.register,
    s.reference,
    s.reference as request,
    1 as occurrence,
    s.entry_id,
    s.selected,
    s.released_date,
    s.recipient,
    s.recipient_id,
    s.recipient_type,
    s.published_type,
    s.tier,
    s.route,
    s.dataset,
    s.legal_basis,
    s.outcome
from core.request_state(known_on, only_edition) as s
where s.released_date is not null
    and not exists (from core.release_entries as x where x.register = s.register);

create table core.releases as from core.release_state(null, null);
