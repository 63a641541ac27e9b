-- purpose: exactly the records behind each decision: what left, differs, is overdue or could not be read; a late edition's rhythm
-- parameters: $register $from $to $edition $known_on
-- result columns: register, counted_as, item, thing, date, reference, occurrence, column, rule, value, ours, words, seen_in, edition, file, sheet, sheet_row
select
    register, kind as counted_as, item, counted as thing, day as date, reference, occurrence,
    column_name as "column", rule, value, ours, words, seen_in, edition, file, sheet, sheet_row
from core.decision_evidence($register, $from, $to, $known_on, $edition)
order by register, kind, item, day, edition_order, sheet, sheet_row, reference, occurrence, column_name
