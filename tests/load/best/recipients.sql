-- purpose: requests, releases and distinct recipients by type, grouped in two stages
-- parameters: $from $to $tier
-- result columns: group, requests, releases, recipients, first_date, last_date
with seen as (
    select
        type, recipient,
        count(*) as requests,
        count(released) filter (where ($from is null or released >= $from) and ($to is null or released <= $to)) as releases,
        min(case when $from is null or received >= $from then received else closed end) as first_date,
        max(case when closed is not null and ($to is null or closed <= $to) then closed else received end) as last_date
    from requests
    where ($tier is null or tier = $tier)
        and (
            (($from is null or received >= $from) and ($to is null or received <= $to))
            or (closed is not null and ($from is null or closed >= $from) and ($to is null or closed <= $to))
        )
    group by type, recipient
)
select
    type::varchar as "group", sum(requests)::bigint as requests, sum(releases)::bigint as releases, count(*) as recipients,
    min(first_date) as first_date, max(last_date) as last_date
from seen group by type
order by all
