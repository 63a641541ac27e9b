-- purpose: every data problem with its place
-- parameters: $register $edition
-- result columns: register, edition, sheet, sheet_row, column, rule, value, severity, words
select register, edition, sheet, sheet_row, column_name as "column", rule, value, severity, words
from core.issues
where ($register is null or register = $register) and ($edition is null or edition = $edition)
order by case severity when 'error' then 1 when 'warning' then 2 else 3 end, register, edition, sheet, sheet_row nulls first, column_name, rule
