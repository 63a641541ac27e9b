-- purpose: requests open at the end of each month, by how long they had been waiting
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $by $edition $known_on
-- result columns: register, month_end, group, group_label, open, age_0_30, age_31_60, age_61_120, age_over_120, counted_on, immature
-- Running sums of what moves on known days: never a comparison of every month with every request.
with moves as (
    from ageing_where(
        $known_on, $edition, $register, $type, $tier, $route, $outcome, $recipient, $reference, $dataset, $by
    )
),
cells as (
    select * exclude (groups), unnest(groups) as group_id
    from (
        select
            m.register,
            a.as_at,
            m.groups,
            unnest(
                generate_series(
                    date_trunc('month', least(m.first_month, $from))::timestamp, date_trunc('month', a.as_at)::timestamp,
                    interval 1 month
                )
            )::date as month
        from (
            select register, min(month) as first_month, list(distinct group_id) as groups from moves group by register
        ) as m
        inner join register_answers($known_on, $edition) as a on m.register = a.register
    )
),
summed as (
    select
        c.register,
        c.as_at,
        c.group_id,
        c.month,
        sum(coalesce(m.received - m.closed, 0)) over months as open,
        sum(coalesce(m.received - m.reached_31 - m.closed_0_30, 0)) over months as age_0_30,
        sum(coalesce(m.reached_31 - m.reached_61 - m.closed_31_60, 0)) over months as age_31_60,
        sum(coalesce(m.reached_61 - m.reached_121 - m.closed_61_120, 0)) over months as age_61_120
    from cells as c
    left join moves as m on c.register = m.register and c.group_id = m.group_id and c.month = m.month
    window months as (partition by c.register, c.group_id order by c.month)
)
select
    s.register,
    last_day(s.month) as month_end,
    s.group_id as "group",
    coalesce(g.label, n.recipient, s.group_id) as group_label,
    s.open::bigint as open,
    s.age_0_30::bigint as age_0_30,
    s.age_31_60::bigint as age_31_60,
    s.age_61_120::bigint as age_61_120,
    (s.open - s.age_0_30 - s.age_31_60 - s.age_61_120)::bigint as age_over_120,
    least(last_day(s.month), s.as_at) as counted_on,
    last_day(s.month) > s.as_at as immature
from summed as s
left join core.group_labels as g on coalesce($by, 'all') = g.by_name and s.group_id = g.group_id
left join core.recipient_labels as n on $by = 'recipient' and s.register = n.register and s.group_id = n.recipient_id
-- of requests already known to have ended in one way, none is open
where $outcome is null and ($from is null or last_day(s.month) >= $from) and ($to is null or least(last_day(s.month), s.as_at) <= $to)
order by s.register, s.month, s.group_id
