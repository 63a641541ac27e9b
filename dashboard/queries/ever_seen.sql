-- purpose: requests that any edition listed, and those that the latest still lists, by their own first day
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $interval $edition $known_on
-- result columns: register, interval_start, interval_end, still_listed, ever_seen
-- Requests are added up by the interval that their day is in: never a comparison of every interval with every request.
with seen as (
    select
        register, core.interval_start($interval, first_day) as begins, min(first_day) as first_day,
        max(first_day) as last_day, count(*) as ever_seen, count(*) filter (where still_listed) as still_listed
    from seen_where(
        $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset
    )
    where first_day is not null
    group by all
),
spans as (
    select
        r.register,
        any_value(a.selected) as selected,
        -- a selection has no range of time of its own
        case when not any_value(a.selected) then coalesce($from, min(s.first_day)) end as first_day,
        coalesce($to, greatest(any_value(a.as_at), max(s.last_day), $from)) as last_day
    from core.registers_in($register) as r
    inner join as_at($known_on, $edition) as a on r.register = a.register
    left join seen as s on r.register = s.register
    group by r.register
),
intervals as (
    select
        register, selected,
        greatest(core.interval_start($interval, start_day::date), case when $interval is null then first_day end) as interval_start,
        coalesce(core.interval_end($interval, start_day::date), last_day) as interval_end
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
)
select
    i.register,
    i.interval_start,
    i.interval_end,
    case when not i.selected then coalesce(s.still_listed, 0) end as still_listed,
    case when not i.selected then coalesce(s.ever_seen, 0) end as ever_seen
from intervals as i
left join seen as s
    on i.register = s.register and s.begins is not distinct from core.interval_start($interval, i.interval_start)
order by i.register, i.interval_start
