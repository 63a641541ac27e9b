-- purpose: take one row of a Parquet edition out of the warehouse, as its withdrawal asks
-- parameters: $register $edition $sheet $sheet_row
-- result columns: none (deletes a row)
delete from staging.entries
where register = $register and edition = $edition and sheet = $sheet and sheet_row = $sheet_row
