-- purpose: every table and column of open data with its comment, in the order of the columns
-- parameters: none
-- result columns: table, table_words, column, type, words
select
    c.table_name as "table",
    v.comment as table_words,
    c.column_name as "column",
    c.data_type as type,
    c.comment as words
from duckdb_columns() as c
inner join duckdb_views() as v
    on c.database_name = v.database_name and c.schema_name = v.schema_name and c.table_name = v.view_name
where c.database_name = current_database() and c.schema_name = 'open_data'
order by c.table_name, c.column_index
