-- purpose: the data problems of the editions asked, counted by severity and rule
-- parameters: $register $edition $known_on
-- result columns: severity, rule, issues, editions, first_edition, last_edition, values, example
select
    i.severity, i.rule, count(*) as issues, count(distinct i.edition) as editions,
    arg_min(i.edition, e.edition_order) as first_edition, arg_max(i.edition, e.edition_order) as last_edition,
    -- the same value in edition after edition is one; what has no value is known by its place
    count(distinct (i.column_name, coalesce(i.value, concat_ws(' ', i.edition, i.sheet, i.sheet_row)))) as "values",
    arg_min(i.words, (i.edition, i.sheet, coalesce(i.sheet_row, 0), i.column_name, i.words)) as example
from core.issues as i
inner join core.editions_read($known_on, $edition) as e on i.register = e.register and i.edition = e.edition
where i.register = $register
group by i.severity, i.rule
order by case i.severity when 'error' then 1 when 'warning' then 2 else 3 end, issues desc, i.rule
