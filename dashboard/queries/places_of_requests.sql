-- purpose: which request stands at each row of a register's editions that a correction changed
-- parameters: $register $edition $known_on
-- result columns: edition, sheet, sheet_row, request
select distinct c.edition, c.sheet, c.sheet_row, min(q.request) as request
from staging.corrections as c
inner join staging.editions as n on c.register = n.register and c.edition = n.edition
inner join staging.entries as e
    on c.register = e.register and c.edition = e.edition and c.sheet = e.sheet and c.sheet_row = e.sheet_row
inner join staging.entry_requests as q on e.entry_id = q.entry_id
where c.register = $register and ($edition is null or c.edition = $edition)
    and ($known_on is null or n.known_from <= $known_on)
group by c.edition, c.sheet, c.sheet_row
