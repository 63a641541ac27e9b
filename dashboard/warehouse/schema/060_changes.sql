-- purpose: what changed between editions: what each listed, field by field, and the typed differences of any two
-- parameters: none
-- result columns: none (creates tables and macros)

-- Which edition stood before which, as seen on each day on which one became known. A file that comes late, or is
-- replaced, gets another neighbour; what was a pair on an earlier day can still be asked for.
create table core.edition_pairs as
select
    e.register,
    m.day,
    e.edition,
    lag(e.edition) over (partition by e.register, m.day order by e.edition_order) as previous
from staging.editions as e
inner join (select distinct register, known_from as day from staging.editions) as m
    on e.register = m.register and e.known_from <= m.day;

create macro core.pairs_at(known_on) as table
select register, edition, previous
from (
    select *, max(day) over (partition by register) as last_day
    from core.edition_pairs
    where known_on is null or day <= known_on
)
where day = last_day and previous is not null;

-- The fields compared, in the order of `shown` below. What can be compared as a value (a date, an outcome in the
-- terms of this project, a tier) is; the rest is text as published.
create macro core.compared_fields() as
[
    'recipient', 'recipient_type', 'title', 'purpose', 'dataset', 'tier', 'sensitivity', 'identifiability',
    'legal_basis', 'route', 'outcome', 'data_held', 'agreement', 'unit', 'source_address', 'received_date',
    'approved_date', 'released_date', 'reuse_date', 'refused_date', 'closed_date', 'composite_date',
    'unspecified_date', 'licence_end', 'requested', 'supplied', 'people'
];

create macro core.within(first_day, last_day, period_start, period_end) as
first_day >= coalesce(period_start, first_day) and last_day <= coalesce(period_end, last_day);

create macro core.as_published(value, untidy, field_name) as
case when untidy is null then value else coalesce(json_extract_string(untidy, '$.' || field_name), value) end;

-- A value in a sentence: text in quotes and cut, a day in words, an outcome by its label.
create macro core.told(field_name, value) as
case
    when try_cast(value as date) is not null and (field_name like '%_date' or field_name = 'licence_end')
        then strftime(value::date, '%-d %B %Y')
    when field_name = 'outcome'
        then coalesce((select lower(o.label) from reference.outcomes as o where o.outcome = value), value)
    when field_name in ('requested', 'supplied', 'people', 'tier') then value
    else '“' || case when length(value) > 120 then left(value, 119) || '…' else value end || '”'
end;

-- Where a row stands and the time it is of. On a list of closed cases that is the day it was closed; elsewhere all the
-- row's own days. Where they contradict the period that its own sheet claims, one of them is wrong: no time is known.
create macro core.place_of(kind, coverage, period_start, period_end, first_day, last_day, closing_day) as
case
    when coverage = 'completed_only'
        then {kind: kind, coverage: coverage, of_a_time: closing_day is not null and core.within(closing_day, closing_day, period_start, period_end), first_day: closing_day, last_day: closing_day}
    else {kind: kind, coverage: coverage, of_a_time: first_day is not null and core.within(first_day, last_day, period_start, period_end), first_day: first_day, last_day: last_day}
end;

-- One request, release or figure on one kind of sheet in one edition, its rows there merged. Only of registers with
-- several editions: a single one, however long, has nothing to be compared with.
create table core.listed_on as
with several as (
    select register from staging.editions group by register having count(*) > 1
),
sheets as (
    select
        register, edition, sheet,
        any_value(kind) as kind,
        any_value(fields) as fields,
        any_value(coverage) as coverage,
        any_value(period_start) as period_start,
        any_value(period_end) as period_end
    from staging.sheets group by all
),
withdrawn as (
    select register, edition, sheet, sheet_row, list(distinct field) filter (where field is not null) as fields
    from staging.withdrawals where sheet is not null group by all
),
rows as (
    select
        e.* exclude (reference, outcome),
        s.kind,
        s.period_start,
        s.period_end,
        -- of a cell that is withdrawn nothing is said, not even that it changed
        list_filter(s.fields, lambda x: not list_contains(coalesce(h.fields, []), x)) as fields,
        q.reference,
        q.request,
        coalesce(o.occurrence, 1) as occurrence,
        coalesce(e.outcome_mapped, e.outcome) as outcome,
        least(
            e.received_date, e.approved_date, e.released_date, e.reuse_date, e.refused_date, e.closed_date,
            e.composite_date, e.unspecified_date
        ) as first_day,
        greatest(
            e.received_date, e.approved_date, e.released_date, e.reuse_date, e.refused_date, e.closed_date,
            e.composite_date, e.unspecified_date
        ) as last_day,
        coalesce(e.stated_close, e.released_on, e.reuse_on, e.refused_on, e.ended_on, e.released_date) as closing_day
    from staging.dated_entries as e
    semi join several as v on e.register = v.register
    inner join staging.entry_requests as q on e.entry_id = q.entry_id
    left join staging.release_occurrences as o on q.entry_id = o.entry_id and q.reference = o.reference
    left join sheets as s on e.register = s.register and e.edition = s.edition and e.sheet = s.sheet
    left join withdrawn as h
        on e.register = h.register and e.edition = h.edition and e.sheet = h.sheet and e.sheet_row = h.sheet_row
)
select
    register,
    edition,
    row_kind as about,
    reference,
    occurrence,
    '' as counted_in,
    coalesce(kind, '') as kind,
    min(entry_id) as entry_id,
    any_value(request) as request,
    -- with the day on which a reviewed row must hold
    arg_min(
        case when recipient_key is not null then {name: recipient_key, day: recipient_day} end, entry_id
    ) as recipient_key,
    arg_min(sheet, entry_id) as sheet,
    arg_min(sheet_row, entry_id) as sheet_row,
    flatten(list(fields order by entry_id)) as fields,
    [
        arg_min(core.as_published(recipient, untidy, 'recipient'), entry_id),
        arg_min(core.as_published(recipient_type, untidy, 'recipient_type'), entry_id),
        arg_min(core.as_published(title, untidy, 'title'), entry_id),
        arg_min(core.as_published(purpose, untidy, 'purpose'), entry_id),
        arg_min(core.as_published(dataset, untidy, 'dataset'), entry_id),
        arg_min(tier, entry_id),
        arg_min(core.as_published(sensitivity, untidy, 'sensitivity'), entry_id),
        arg_min(core.as_published(identifiability, untidy, 'identifiability'), entry_id),
        arg_min(core.as_published(legal_basis, untidy, 'legal_basis'), entry_id),
        arg_min(core.as_published(route, untidy, 'route'), entry_id),
        -- what ended it stands above what left it open
        arg_min(outcome, (outcome = 'open', entry_id)),
        arg_min(core.as_published(data_held, untidy, 'data_held'), entry_id),
        arg_min(core.as_published(agreement, untidy, 'agreement'), entry_id),
        arg_min(core.as_published(unit, untidy, 'unit'), entry_id),
        arg_min(core.as_published(source_address, untidy, 'source_address'), entry_id),
        arg_min(received_date, entry_id)::varchar,
        arg_min(approved_date, entry_id)::varchar,
        arg_min(released_date, entry_id)::varchar,
        arg_min(reuse_date, entry_id)::varchar,
        arg_min(refused_date, entry_id)::varchar,
        arg_min(closed_date, entry_id)::varchar,
        arg_min(composite_date, entry_id)::varchar,
        arg_min(unspecified_date, entry_id)::varchar,
        arg_min(licence_end, entry_id)::varchar,
        null, null, null
    ] as shown,
    bool_and(coalesce(outcome = 'open', false)) as is_open,
    bool_and(coverage = 'selected') as selected,
    arg_min(licence_end, entry_id) as licence_end,
    arg_min(data_held_mapped, entry_id) as data_held_mapped,
    arg_min(data_held, entry_id) as data_held,
    list(
        core.place_of(kind, coverage, period_start, period_end, first_day, last_day, closing_day) order by entry_id
    ) as places
from rows
group by register, edition, row_kind, reference, occurrence, coalesce(kind, '')
union all by name
select
    p.register,
    p.edition,
    'person_count' as about,
    p.body || ', ' || coalesce(p.period_start || ' to ' || p.period_end, p.period_text) as reference,
    row_number() over (
        partition by p.register, p.edition, p.body, p.unit, coalesce(p.period_start || ' to ' || p.period_end, p.period_text)
        order by p.sheet, p.sheet_row
    ) as occurrence,
    p.unit as counted_in,
    coalesce(s.kind, '') as kind,
    p.sheet_row as entry_id,
    p.sheet,
    p.sheet_row,
    s.fields,
    list_concat(list_resize([null]::varchar[], 24), [p.requested::varchar, p.supplied::varchar, p.people::varchar]) as shown,
    false as is_open,
    coalesce(s.coverage = 'selected', false) as selected,
    [core.place_of(
        s.kind, s.coverage, s.period_start, s.period_end, p.period_start, p.period_end, p.period_end
    )] as places
from staging.person_counts as p
semi join several as v on p.register = v.register
left join sheets as s on p.register = s.register and p.edition = s.edition and p.sheet = s.sheet;

-- The same over all its sheets: each value from the first row that has it, those that are no longer open before others.
create table core.listed as
select
    register,
    edition,
    about,
    reference,
    occurrence,
    counted_in,
    any_value(request) as request,
    arg_min(recipient_key, (is_open, entry_id)) as recipient_key,
    arg_min(sheet, (is_open, entry_id)) as sheet,
    arg_min(sheet_row, (is_open, entry_id)) as sheet_row,
    min(entry_id) as entry_id,
    list(kind order by kind) as kinds,
    flatten(list(fields order by entry_id)) as fields,
    list_reduce(
        list(shown order by is_open, entry_id),
        lambda x, y: list_transform(list_zip(x, y), lambda z: coalesce(z[1], z[2]))
    ) as shown,
    bool_and(is_open) as is_open,
    bool_and(selected) as selected,
    arg_min(licence_end, (is_open, entry_id)) as licence_end,
    arg_min(data_held_mapped, (is_open, entry_id)) as data_held_mapped,
    arg_min(data_held, (is_open, entry_id)) as data_held,
    flatten(list(places order by entry_id)) as places
from core.listed_on
group by register, edition, about, reference, occurrence, counted_in;
