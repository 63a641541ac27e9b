-- purpose: requests closed within a number of working days, and past it, through a calendar join
-- parameters: $target $as_at
-- result columns: within, past
select
    count(*) filter (where r.closed is not null and e.number - s.number <= $target) as within,
    count(*) filter (where e.number - s.number > $target) as past
from requests as r
inner join calendar as s on r.received = s.day
inner join calendar as e on coalesce(r.closed, $as_at) = e.day
