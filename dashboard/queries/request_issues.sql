-- purpose: the data problems, corrections and withdrawals at the rows of one request, each with its place
-- parameters: $register $reference $edition $known_on
-- result columns: edition, sheet, sheet_row, column, rule, severity, value, words
-- Of a row that is withdrawn nothing is told here: whose it was is withdrawn with it.
select i.edition, i.sheet, i.sheet_row, i.column_name as "column", i.rule, i.severity, i.value, i.words
from core.issues as i
semi join (
    select e.edition, e.sheet, e.sheet_row
    from staging.entries as e
    inner join staging.entry_requests as q on e.entry_id = q.entry_id
    where e.register = $register and q.request = $reference
        and ($edition is null or e.edition = $edition)
        and ($known_on is null or e.known_from <= $known_on)
) as p on i.edition = p.edition and i.sheet = p.sheet and i.sheet_row = p.sheet_row
where i.register = $register
order by case i.severity when 'error' then 1 when 'warning' then 2 else 3 end, i.edition desc, i.sheet, i.sheet_row, i.column_name
