-- purpose: the data problems of the editions asked, counted by severity and rule
-- parameters: $register $edition $known_on
-- result columns: severity, rule, issues, editions, first_edition, last_edition, distinct_values
select
    i.severity, i.rule, count(*) as issues, count(distinct i.edition) as editions,
    arg_min(i.edition, e.edition_order) as first_edition, arg_max(i.edition, e.edition_order) as last_edition,
    count(distinct i.value) as distinct_values
from core.issues as i
inner join core.editions_read($known_on, $edition) as e on i.register = e.register and i.edition = e.edition
where i.register = $register
group by i.severity, i.rule
order by case i.severity when 'error' then 1 when 'warning' then 2 else 3 end, issues desc, i.rule
