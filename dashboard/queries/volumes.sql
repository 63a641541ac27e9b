-- purpose: requests received, decided and closed, and releases, by interval and group, with the number open
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $interval $by $edition $known_on
-- result columns: register, interval_start, interval_end, group, group_label, open_at_start, received, decided, closed, refused, not_pursued, first_released, released, open_at_end, excluded, immature
with flows as (
    from flows_where(
        $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
        $interval, $by
    )
),
spans as (
    select
        a.*,
        coalesce($from, f.first_date) as first_day,
        -- a first day after all that is known is an interval of its own, and not a whole one
        coalesce($to, greatest(a.as_at, f.last_date, $from)) as last_day,
        -- a register with no countable event still has its row, of nulls or zeros
        coalesce(f.groups, ['all']) as groups
    from core.registers_in($register) as r
    inner join register_answers($known_on, $edition) as a on r.register = a.register
    left join (
        select
            register, min(first_date) filter (where phase <= 0) as first_date, max(last_date) as last_date,
            list(distinct group_id) as groups
        from flows group by register
    ) as f on r.register = f.register
),
cells as (
    select
        * exclude (groups, start_day),
        coalesce(core.interval_start($interval, start_day::date), first_day) as interval_start,
        unnest(groups) as group_id
    from (
        select
            *,
            unnest(
                case
                    when first_day is null or $interval is null then [first_day::timestamp]
                    else generate_series(
                        core.interval_start($interval, first_day)::timestamp,
                        last_day::timestamp,
                        case $interval when 'month' then interval 1 month when 'quarter' then interval 3 month else interval 1 year end
                    )
                end
            ) as start_day
        from spans
    )
),
filled as (
    select
        c.*,
        coalesce(f.received, 0) as received,
        coalesce(f.decided, 0) as decided,
        coalesce(f.closed, 0) as closed,
        coalesce(f.refused, 0) as refused,
        coalesce(f.not_pursued, 0) as not_pursued,
        coalesce(f.first_released, 0) as first_released,
        coalesce(f.released, 0) as released,
        coalesce(f.excluded, 0) as excluded,
        -- what moved before the period stands in a row of its own, before every interval
        coalesce(b.received - b.closed, 0) + coalesce(
            sum(coalesce(f.received, 0) - coalesce(f.closed, 0)) over (
                partition by c.register, c.group_id order by c.interval_start
            ), 0
        ) as open_at_end
    from cells as c
    left join flows as f
        on c.register = f.register and c.group_id = f.group_id and f.phase = 0
            and c.interval_start is not distinct from coalesce(f.interval_start, c.first_day)
    left join (
        select register, group_id, sum(received) as received, sum(closed) as closed
        from flows where phase = -1 group by register, group_id
    ) as b on c.register = b.register and c.group_id = b.group_id
)
select
    f.register,
    f.interval_start,
    coalesce(core.interval_end($interval, f.interval_start), f.last_day) as interval_end,
    f.group_id as "group",
    coalesce(g.label, n.recipient, f.group_id) as group_label,
    case when f.open_known then f.open_at_end - f.received + f.closed end::bigint as open_at_start,
    case when f.received_known then f.received end as received,
    case when f.decided_known then f.decided end as decided,
    case when f.closed_known then f.closed end as closed,
    -- of the time before every case was listed, no refused or abandoned request is left to count
    case when f.refused_known and coalesce(interval_end >= f.coverage_start, true) then f.refused end as refused,
    case when f.not_pursued_known and coalesce(interval_end >= f.coverage_start, true) then f.not_pursued end as not_pursued,
    case when f.first_released_known then f.first_released end as first_released,
    case when f.released_known then f.released end as released,
    case when f.open_known then f.open_at_end end::bigint as open_at_end,
    case when f.excluded_known then f.excluded end as excluded,
    coalesce(interval_end > f.as_at, false) as immature
from filled as f
left join core.group_labels as g on coalesce($by, 'all') = g.by_name and f.group_id = g.group_id
left join core.recipient_labels as n on $by = 'recipient' and f.register = n.register and f.group_id = n.recipient_id
order by f.register, f.interval_start, f.group_id
