-- purpose: volumes by month, grouped by the raw day first and rolled up (performance.md, section 3)
-- parameters: $by $dataset $from $to $as_at
-- result columns: month, group, received, decided, closed, refused, not_pursued, first_released, open_at_end
with kept as (
    select case when $by = 'type' then type::varchar else 'all' end as g, received, closed, released, outcome
    from requests where $dataset is null or dataset = $dataset
),
daily as (
    select g, received as day, count(*) as received, 0 as decided, 0 as closed, 0 as refused, 0 as not_pursued, 0 as first_released
    from kept group by all
    union all
    select
        g, closed, 0, count(*) filter (where outcome in ('released', 'reuse_permitted', 'refused')), count(*),
        count(*) filter (where outcome = 'refused'), count(*) filter (where outcome = 'not_pursued'),
        count(*) filter (where outcome = 'released')
    from kept where closed is not null group by all
),
monthly as (
    select
        g, date_trunc('month', greatest(day, $from))::date as month, coalesce(day < $from, false) as earlier,
        sum(received) as received, sum(decided) as decided, sum(closed) as closed, sum(refused) as refused,
        sum(not_pursued) as not_pursued, sum(first_released) as first_released
    from daily where $to is null or day <= $to group by all
),
months as (
    select g, unnest(generate_series(first, last, interval 1 month))::date as month
    from (
        select distinct g, date_trunc('month', coalesce($from, (select min(month) from monthly)))::timestamp as first,
            date_trunc('month', coalesce($to, $as_at))::timestamp as last
        from monthly
    )
)
select
    s.month, s.g as "group",
    coalesce(sum(m.received) filter (where not m.earlier), 0)::bigint as received,
    coalesce(sum(m.decided) filter (where not m.earlier), 0)::bigint as decided,
    coalesce(sum(m.closed) filter (where not m.earlier), 0)::bigint as closed,
    coalesce(sum(m.refused) filter (where not m.earlier), 0)::bigint as refused,
    coalesce(sum(m.not_pursued) filter (where not m.earlier), 0)::bigint as not_pursued,
    coalesce(sum(m.first_released) filter (where not m.earlier), 0)::bigint as first_released,
    sum(coalesce(sum(m.received - m.closed), 0)) over (partition by s.g order by s.month)::bigint as open_at_end
from months as s
left join monthly as m on s.g = m.g and s.month = m.month
group by s.month, s.g
order by s.month, s.g
