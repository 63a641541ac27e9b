-- purpose: exactly the commitments that are counted, each where it is recorded, by register, and the day it is judged on
-- parameters: $register $edition $known_on
-- result columns: register, counted_as, ref, kind, due_date, progress_on, status, judged_on, edition, file, sheet, sheet_row
select
    register,
    case overdue when true then 'overdue' when false then 'not overdue' else 'not judged' end as counted_as,
    ref, kind, due_date,
    case when told then progress_on end as progress_on,
    case when told then status else 'not_published' end as status,
    judged_on, null::varchar as edition, file, null::varchar as sheet, file_row as sheet_row
from core.commitments_judged($register, $known_on, $edition)
order by position, register
