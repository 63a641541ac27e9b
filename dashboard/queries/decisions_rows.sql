-- purpose: exactly the records behind each decision: what left, differs, is overdue or could not be read; a late edition's rhythm
-- parameters: $register $from $to $edition $known_on
-- result columns: register, kind, counted_as, item, date, reference, occurrence, column, rule, value, ours, words, seen_in, edition, file, sheet, sheet_row
select
    register, kind, coalesce(counted, 'rhythm') as counted_as, item, day as date, reference, occurrence,
    column_name as "column", rule, value, ours, words, seen_in, edition, file, sheet, sheet_row
from core.decision_evidence($register, $from, $to, $known_on, $edition)
order by register, kind, item, day, edition_order, sheet, sheet_row, reference, occurrence, column_name
