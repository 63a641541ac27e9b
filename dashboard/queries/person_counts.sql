-- purpose: every count of people, records or requests as published, current or superseded by a later edition
-- parameters: $register $from $to $edition $known_on
-- result columns: register, period_start, period_end, body, unit, requested, supplied, status, superseded_by, people, period, edition, published, last_edition, sheet, sheet_row
with values_told as (
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
    from core.person_counts_told($register, $from, $to, $known_on, $edition) group by all
)
select
    register, period_start, period_end, body, unit, requested, supplied,
    case when lead(edition) over later is null then 'current' else 'superseded' end as status,
    lead(edition) over later as superseded_by,
    people, period, edition, published, last_edition, sheet, sheet_row
from values_told
window later as (partition by register, body, unit, period_key, period_end, occurrence order by version)
order by register, body, unit, period_start nulls last, period_end, period, occurrence, version
