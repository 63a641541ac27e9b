-- purpose: every count of people, records or requests as published, current or superseded by a later edition
-- parameters: $register $from $to $edition $known_on
-- result columns: register, period_start, period_end, body, unit, requested, supplied, status, superseded_by, people, period, edition, published, last_edition, sheet, sheet_row
with published as (
    select
        p.*,
        e.published,
        row_number() over (
            partition by p.register, p.edition, p.body, p.unit, coalesce(p.period_start::varchar, p.period_text), p.period_end
            order by p.sheet, p.sheet_row
        ) as occurrence,
        coalesce(p.period_start::varchar, p.period_text) as period_key
    from staging.person_counts as p
    inner join core.registers_in($register) as r on p.register = r.register
    inner join staging.editions as e on p.register = e.register and p.edition = e.edition
    -- a replaced edition too: its figures were published, and superseded
    where ($edition is null or p.edition = $edition) and ($known_on is null or e.known_from <= $known_on)
        and ($from is null or p.period_start >= $from)
        and ($to is null or p.period_end <= $to)
),
told as (
    select
        *,
        lag({requested: requested, supplied: supplied, people: people}) over same as said_before,
        lag(edition) over same is null as first
    from published
    window same as (
        partition by register, body, unit, period_key, period_end, occurrence order by edition_order
    )
),
valued as (
    select
        *,
        sum(case when first or said_before is distinct from {requested: requested, supplied: supplied, people: people} then 1 else 0 end)
            over (partition by register, body, unit, period_key, period_end, occurrence order by edition_order) as version
    from told
),
values_told as (
    select
        register, body, unit, period_key, period_end, occurrence, version,
        any_value(period_start) as period_start,
        arg_min(period_text, edition_order) as period,
        any_value(requested) as requested,
        any_value(supplied) as supplied,
        any_value(people) as people,
        arg_min(edition, edition_order) as edition,
        arg_min(published, edition_order) as published,
        arg_max(edition, edition_order) as last_edition,
        arg_min(sheet, edition_order) as sheet,
        arg_min(sheet_row, edition_order) as sheet_row
    from valued group by all
)
select
    register, period_start, period_end, body, unit, requested, supplied,
    case when lead(edition) over later is null then 'current' else 'superseded' end as status,
    lead(edition) over later as superseded_by,
    people, period, edition, published, last_edition, sheet, sheet_row
from values_told
window later as (partition by register, body, unit, period_key, period_end, occurrence order by version)
order by register, body, unit, period_start nulls last, period_end, period, occurrence, version
