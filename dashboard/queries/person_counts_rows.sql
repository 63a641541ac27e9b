-- purpose: exactly the published counts that person-counts gives, each in every edition that gives it, with its place
-- parameters: $register $from $to $edition $known_on
-- result columns: register, counted_as, period_start, period_end, body, unit, requested, supplied, people, period, version, occurrence, edition, published, file, sheet, sheet_row
select
    register,
    case
        when version = max(version) over (partition by register, body, unit, period_key, period_end, occurrence) then 'current'
        else 'superseded'
    end as counted_as,
    period_start, period_end, body, unit, requested, supplied, people, period_text as period, version, occurrence, edition,
    published, file, sheet, sheet_row
from core.person_counts_told($register, $from, $to, $known_on, $edition)
order by register, body, unit, period_start nulls last, period_end, period_key, occurrence, edition_order
