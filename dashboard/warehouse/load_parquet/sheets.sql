-- purpose: the sheets of one Parquet edition: it names them row by row, and every row has every field
-- parameters: $register $edition $fields
-- result columns: none (inserts rows)
insert into staging.sheets by name
select
    register,
    edition,
    sheet,
    any_value(coverage) as coverage,
    count(*) as rows_read,
    count(*) as entries,
    0 as person_counts,
    '{}' as explained,
    'request complete ' || lower(sheet) as kind,
    $fields as fields
from staging.entries
where register = $register and edition = $edition
group by register, edition, sheet
