-- purpose: every count of persons as each edition publishes it: open_data.person_counts as known on a day
-- parameters: $register $edition $known_on
-- result columns: register, edition, published, body, unit, period, period_start, period_end, requested, supplied, people, sheet, sheet_row
select
    register, edition, published, body, unit, period_text as period, period_start, period_end, requested, supplied, people,
    sheet, sheet_row
from core.person_counts_told($register, null, null, $known_on, $edition)
order by edition_order, sheet, sheet_row, body, unit, period_text, period_start, period_end, requested, supplied, people
