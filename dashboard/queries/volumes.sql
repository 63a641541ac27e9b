-- purpose: requests received, decided and closed, and releases, by interval and group, with the number open
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $interval $by $edition $known_on
-- result columns: register, interval_start, interval_end, group, group_label, open_at_start, received, decided, closed, refused, not_pursued, first_released, released, open_at_end, excluded, immature
with events as (
    select
        *,
        core.group_of($by, recipient_type, tier, route, outcome, recipient_id, dataset, legal_basis) as group_id
    from events_where(
        $known_on, $edition, $register, null, null, $type, $tier, $route, $outcome, $recipient, $reference, $dataset
    ) as v
    -- what is not counted makes no group and begins no interval
    semi join answerable_columns($known_on, $edition) as a
        on v.register = a.register and v.kind = a.column_name and a.answerable
),
spans as (
    select
        r.register,
        any_value(a.as_at) as as_at,
        coalesce($from, min(v.date) filter (where $to is null or v.date <= $to)) as first_day,
        -- a first day after all that is known is an interval of its own, and not a whole one
        coalesce($to, greatest(any_value(a.as_at), max(v.date), $from)) as last_day
    from core.registers_in($register) as r
    inner join as_at($known_on, $edition) as a on r.register = a.register
    left join events as v on r.register = v.register
    group by r.register
),
intervals as (
    select
        register,
        as_at,
        first_day,
        last_day,
        coalesce(core.interval_start($interval, start_day::date), first_day) as interval_start,
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
),
groups as (
    select register, group_id, min(recipient) as recipient from events group by register, group_id
    union all
    -- a register with no countable event still has its row, of nulls or zeros
    select s.register, 'all', null from spans as s where not exists (from events as v where v.register = s.register)
),
counts as (
    select
        v.register,
        v.group_id,
        coalesce(core.interval_start($interval, v.date), s.first_day) as interval_start,
        count(*) filter (where kind = 'received') as received,
        count(*) filter (where kind = 'decided') as decided,
        count(*) filter (where kind = 'closed') as closed,
        count(*) filter (where kind = 'refused') as refused,
        count(*) filter (where kind = 'not_pursued') as not_pursued,
        count(*) filter (where kind = 'first_released') as first_released,
        count(*) filter (where kind = 'released') as released,
        count(*) filter (where kind = 'excluded') as excluded
    from events as v
    inner join spans as s on v.register = s.register
    where (v.date between s.first_day and s.last_day)
        or (v.date is null and $interval is null and $from is null and $to is null)
    group by all
),
before as (
    select
        v.register,
        v.group_id,
        count(*) filter (where kind = 'received') - count(*) filter (where kind = 'closed') as open_before
    from events as v
    inner join spans as s on v.register = s.register
    where v.date < s.first_day
    group by all
),
filled as (
    select
        i.register, i.interval_start, i.interval_end, i.as_at, g.group_id, g.recipient,
        coalesce(c.received, 0) as received,
        coalesce(c.decided, 0) as decided,
        coalesce(c.closed, 0) as closed,
        coalesce(c.refused, 0) as refused,
        coalesce(c.not_pursued, 0) as not_pursued,
        coalesce(c.first_released, 0) as first_released,
        coalesce(c.released, 0) as released,
        coalesce(c.excluded, 0) as excluded,
        coalesce(b.open_before, 0) + coalesce(
            sum(coalesce(c.received, 0) - coalesce(c.closed, 0)) over (
                partition by i.register, g.group_id order by i.interval_start
            ), 0
        ) as open_at_end
    from intervals as i
    inner join groups as g on i.register = g.register
    left join counts as c
        on i.register = c.register and g.group_id = c.group_id and i.interval_start = c.interval_start
    left join before as b on i.register = b.register and g.group_id = b.group_id
),
answerable as (
    select register, map_from_entries(list((column_name, answerable))) as can
    from answerable_columns($known_on, $edition) group by register
)
select
    f.register,
    f.interval_start,
    f.interval_end,
    f.group_id as "group",
    core.group_label($by, f.group_id, f.recipient) as group_label,
    case when a.can['open_at_start'] then f.open_at_end - f.received + f.closed end::bigint as open_at_start,
    case when a.can['received'] then f.received end as received,
    case when a.can['decided'] then f.decided end as decided,
    case when a.can['closed'] then f.closed end as closed,
    -- of the time before every case was listed, no refused or abandoned request is left to count
    case when a.can['refused'] and coalesce(f.interval_end >= l.coverage_start, true) then f.refused end as refused,
    case
        when a.can['not_pursued'] and coalesce(f.interval_end >= l.coverage_start, true) then f.not_pursued
    end as not_pursued,
    case when a.can['first_released'] then f.first_released end as first_released,
    case when a.can['released'] then f.released end as released,
    case when a.can['open_at_end'] then f.open_at_end end::bigint as open_at_end,
    case when a.can['excluded'] then f.excluded end as excluded,
    coalesce(f.interval_end > f.as_at, false) as immature
from filled as f
inner join answerable as a on f.register = a.register
left join coverage_start($known_on, $edition) as l on f.register = l.register
order by f.register, f.interval_start, f.group_id
