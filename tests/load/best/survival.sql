-- purpose: events and cases by length: what Kaplan-Meier needs of the rows
-- parameters: $by $type $as_at
-- result columns: group, day, events, cases
select
    case when $by = 'type' then type::varchar else 'all' end as "group",
    coalesce(closed, $as_at) - received as day,
    count(closed) as events,
    count(*) as cases
from requests
where $type is null or type = $type
group by all
order by all
