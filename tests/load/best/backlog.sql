-- purpose: the number open at each month's end by age: daily events, running sums, the last day of each month
-- parameters: $by $dataset $as_at
-- result columns: month, group, open, age_0_30, age_31_60, age_61_120, age_over_120
with kept as (
    select case when $by = 'type' then type::varchar else 'all' end as g, received, closed, coalesce(closed, $as_at) as until
    from requests where $dataset is null or dataset = $dataset
),
daily as (
    select g, received as day, count(*) as a, 0 as b, 0 as c, 0 as d from kept group by all
    union all
    select g, received + 31, -count(*), count(*), 0, 0 from kept where received + 31 <= until group by all
    union all
    select g, received + 61, 0, -count(*), count(*), 0 from kept where received + 61 <= until group by all
    union all
    select g, received + 121, 0, 0, -count(*), count(*) from kept where received + 121 <= until group by all
    union all
    select
        g, closed, -count(*) filter (where closed - received <= 30), -count(*) filter (where closed - received between 31 and 60),
        -count(*) filter (where closed - received between 61 and 120), -count(*) filter (where closed - received > 120)
    from kept where closed is not null group by all
),
monthly as (
    select g, date_trunc('month', day)::date as month, sum(a) as a, sum(b) as b, sum(c) as c, sum(d) as d
    from daily group by all
),
months as (
    select g, unnest(generate_series(first, date_trunc('month', $as_at)::timestamp, interval 1 month))::date as month
    from (select distinct g, (select min(month) from monthly)::timestamp as first from monthly)
)
select
    s.month, s.g as "group",
    (sum(coalesce(a, 0) + coalesce(b, 0) + coalesce(c, 0) + coalesce(d, 0)) over w)::bigint as open,
    (sum(coalesce(a, 0)) over w)::bigint as age_0_30,
    (sum(coalesce(b, 0)) over w)::bigint as age_31_60,
    (sum(coalesce(c, 0)) over w)::bigint as age_61_120,
    (sum(coalesce(d, 0)) over w)::bigint as age_over_120
from months as s
left join monthly as m on s.g = m.g and s.month = m.month
window w as (partition by s.g order by s.month)
order by s.month, s.g
