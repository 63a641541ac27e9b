-- purpose: no entry, person count or edition stands in the warehouse where it is withdrawn
-- parameters: none
-- result columns: register, edition, sheet, sheet_row
select e.register, e.edition, e.sheet, e.sheet_row
from (
    select register, edition, sheet, sheet_row from staging.entries
    union all
    select register, edition, sheet, sheet_row from staging.person_counts
    union all
    select register, edition, null, null from staging.editions
    union all
    select register, edition, sheet, sheet_row from staging.corrections
) as e
inner join staging.withdrawals as w
    on e.register = w.register and e.edition = w.edition and w.column_name is null
    and (w.sheet is null or (e.sheet = w.sheet and e.sheet_row = w.sheet_row))
