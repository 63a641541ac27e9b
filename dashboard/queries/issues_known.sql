-- purpose: every data problem of the editions asked, with its place
-- parameters: $register $edition $known_on $limit
-- result columns: register, edition, sheet, sheet_row, column, rule, value, severity, words
select i.register, i.edition, i.sheet, i.sheet_row, i.column_name as "column", i.rule, i.value, i.severity, i.words
from core.issues as i
inner join core.registers_in($register) as r on i.register = r.register
semi join core.editions_read($known_on, $edition) as e on i.register = e.register and i.edition = e.edition
order by
    case i.severity when 'error' then 1 when 'warning' then 2 else 3 end,
    i.register, i.edition, i.sheet, i.sheet_row nulls first, i.column_name, i.rule, i.value, i.words
limit coalesce($limit, 2000001)
