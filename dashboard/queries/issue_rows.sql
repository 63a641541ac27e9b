-- purpose: data problems one by one, of a severity or a rule, with their place and the request they are of
-- parameters: $register $edition $known_on $severity $rule $limit $offset
-- result columns: edition, sheet, sheet_row, column, rule, value, severity, words, request, matched
select
    i.edition, i.sheet, i.sheet_row, i.column_name as "column", i.rule, i.value, i.severity, i.words,
    (
        select min(q.request)
        from staging.entries as x
        inner join staging.entry_requests as q on x.entry_id = q.entry_id
        where x.register = i.register and x.edition = i.edition and x.sheet = i.sheet and x.sheet_row = i.sheet_row
    ) as request,
    count(*) over () as matched
from core.issues as i
inner join core.editions_read($known_on, $edition) as e on i.register = e.register and i.edition = e.edition
where i.register = $register and ($severity is null or i.severity = $severity) and ($rule is null or i.rule = $rule)
order by
    case i.severity when 'error' then 1 when 'warning' then 2 else 3 end,
    e.edition_order desc, i.sheet, i.sheet_row nulls first, i.column_name, i.rule
limit coalesce($limit, 50) offset coalesce($offset, 0)
