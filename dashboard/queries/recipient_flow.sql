-- purpose: recipients by interval and group: those never listed before and those that return, and how much the largest had
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $interval $by $edition $known_on $run_in $top
-- result columns: register, interval_start, interval_end, group, recipients, new_recipients, returning_recipients, counted_as, counted, new_counted, top_share, immature, told_from
with registers as (
    select r.register, a.as_at, a.selected
    from core.registers_in($register) as r
    inner join as_at($known_on, $edition) as a on r.register = a.register
),
kinds as (from counted_of_recipients($known_on, $edition)),
firsts as (
    select f.* from first_listed($known_on, $edition) as f semi join registers as r on f.register = r.register
),
listed as (
    select s.register, min(s.period_start) as listed_from
    from staging.sheets as s
    semi join core.editions_read($known_on, $edition) as e on s.register = e.register and s.edition = e.edition
    where s.coverage in ('complete', 'completed_only')
    group by s.register
),
-- Those listed first may have received data before: newness is told only after the listing has run for a while.
told as (
    select
        f.register,
        (greatest(min(f.first_date), any_value(l.listed_from)) + to_months($run_in::integer))::date as told_from
    from firsts as f left join listed as l on f.register = l.register
    group by f.register
),
events as materialized (
    from recipient_counts(
        $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
        $interval, $by
    )
),
spans as (
    select
        r.register, r.as_at,
        coalesce($from, min(v.first_day)) as first_day,
        coalesce($to, greatest(r.as_at, max(v.last_day), $from)) as last_day
    from registers as r
    left join events as v on r.register = v.register
    where not r.selected
    group by r.register, r.as_at
),
intervals as (
    select
        register,
        as_at,
        core.interval_start($interval, start_day::date) as interval_start,
        coalesce(core.interval_end($interval, start_day::date), last_day) as interval_end
    from (
        select
            *,
            unnest(
                case
                    when first_day is null then [null::timestamp]
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
    select distinct register, group_id from events
    union all
    select s.register, 'all' from spans as s where not exists (from events as v where v.register = s.register)
),
each as (
    select
        v.register, v.group_id, v.interval_start, v.recipient_id, v.counted, f.first_date >= v.interval_start as is_new
    from events as v inner join firsts as f on v.register = f.register and v.recipient_id = f.recipient_id
),
counts as (
    select
        register, group_id, interval_start,
        count(*) as recipients,
        count(*) filter (where is_new) as new_recipients,
        sum(counted)::bigint as counted,
        coalesce(sum(counted) filter (where is_new), 0)::bigint as new_counted,
        (sum(counted) filter (where place <= $top))::bigint as top_counted
    from (
        select
            *,
            row_number() over (
                partition by register, group_id, interval_start order by counted desc, recipient_id
            ) as place
        from each
    )
    group by all
)
select
    i.register,
    i.interval_start,
    i.interval_end,
    g.group_id as "group",
    case when k.kind is not null then coalesce(c.recipients, 0) end as recipients,
    case when i.interval_start >= t.told_from then coalesce(c.new_recipients, 0) end as new_recipients,
    case
        when i.interval_start >= t.told_from then coalesce(c.recipients, 0) - coalesce(c.new_recipients, 0)
    end as returning_recipients,
    k.kind as counted_as,
    case when k.kind is not null then coalesce(c.counted, 0) end as counted,
    case when i.interval_start >= t.told_from then coalesce(c.new_counted, 0) end as new_counted,
    c.top_counted / nullif(c.counted, 0) as top_share,
    coalesce(i.interval_end > i.as_at, false) as immature,
    t.told_from
from intervals as i
inner join groups as g on i.register = g.register
left join counts as c
    on i.register = c.register and g.group_id = c.group_id and i.interval_start = c.interval_start
left join kinds as k on i.register = k.register
left join told as t on i.register = t.register
order by i.register, i.interval_start, g.group_id
