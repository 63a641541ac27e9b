-- purpose: the reviewed corrections of cells in the rows of one request
-- parameters: $register $reference $edition $known_on
-- result columns: edition, sheet, sheet_row, column, field, before, after, reason, source, by, on
select c.edition, c.sheet, c.sheet_row, c.column_name as "column", c.field, c.before, c.after, c.reason, c.source, c."by", c."on"
from staging.corrections as c
semi join (
    select e.edition, e.sheet, e.sheet_row
    from staging.entries as e
    inner join staging.entry_requests as q on e.entry_id = q.entry_id
    where e.register = $register and q.request = $reference
        and ($edition is null or e.edition = $edition)
        and ($known_on is null or e.known_from <= $known_on)
) as p on c.edition = p.edition and c.sheet = p.sheet and c.sheet_row = p.sheet_row
where c.register = $register
order by c.edition desc, c.sheet, c.sheet_row, c.field
