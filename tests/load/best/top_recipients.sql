-- purpose: the twenty recipients with most releases
-- parameters: $tier
-- result columns: recipient, requests, releases, share
select recipient::varchar as recipient, requests, releases, releases / sum(releases) over () as share
from (
    select recipient, count(*) as requests, count(released) as releases
    from requests where $tier is null or tier = $tier
    group by recipient
)
order by releases desc, recipient::varchar
limit 20
