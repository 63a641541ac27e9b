-- purpose: references of a Parquet edition; each row has one, and it is the request
-- parameters: $register, $edition
-- result columns: none (inserts rows)
insert into staging.entry_requests
select entry_id, reference, reference, received_date
from staging.entries where register = $register and edition = $edition
