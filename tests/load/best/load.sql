-- purpose: the rows of the sample in one narrow table: what the best formulations read
-- parameters: $file
-- result columns: none (creates a table)
create table requests as
select
    recipient_type::enum_type as type, regexp_extract(classification, '([1-4])$', 1)::utinyint as tier, outcome::enum_outcome as outcome,
    recipient::enum_recipient as recipient, dataset::enum_dataset as dataset,
    received_date as received, closed_date as closed, released_date as released
from read_parquet($file)
