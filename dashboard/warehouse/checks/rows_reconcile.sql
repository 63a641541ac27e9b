-- purpose: rows read = entries + person counts + rows explained, in every edition
-- parameters: none
-- result columns: register, edition, rows_read, accounted
select register, edition, rows_read, entries + person_counts + rows_explained as accounted
from staging.editions
where rows_read <> entries + person_counts + rows_explained
union all
select register, edition, rows_read, rows_explained as accounted
from staging.withdrawn_editions
where rows_read <> rows_explained
