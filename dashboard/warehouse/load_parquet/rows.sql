-- purpose: how many rows of one edition were loaded
-- parameters: $register $edition
-- result columns: rows
select count(*) as rows
from staging.entries
where register = $register and edition = $edition
