-- purpose: where else the requests of one row stand, in the same edition or in others
-- parameters: $register $edition $sheet $sheet_row
-- result columns: edition, sheet, sheet_row
select distinct x.edition, x.sheet, x.sheet_row
from staging.entries as e
inner join staging.entry_requests as q on e.entry_id = q.entry_id
inner join staging.entry_requests as r on q.request = r.request
inner join staging.entries as x on r.entry_id = x.entry_id and x.register = e.register
where e.register = $register and e.edition = $edition and e.sheet = $sheet and e.sheet_row = $sheet_row
    and (x.edition, x.sheet, x.sheet_row) <> (e.edition, e.sheet, e.sheet_row)
order by x.edition, x.sheet, x.sheet_row
