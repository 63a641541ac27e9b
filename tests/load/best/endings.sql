-- purpose: how many end in each way and are still open by length: what Aalen-Johansen needs of the rows
-- parameters: $as_at
-- result columns: outcome, day, cases
select
    case when closed is not null then outcome::varchar end as outcome,
    coalesce(closed, $as_at) - received as day,
    count(*) as cases
from requests
group by all
