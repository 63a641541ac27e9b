-- purpose: how many rows a Parquet file holds, in all or at one place
-- parameters: $file $sheet $sheet_row
-- result columns: rows
select count(*) as rows
from read_parquet($file)
where ($sheet is null or sheet = $sheet) and ($sheet_row is null or sheet_row = $sheet_row)
