-- purpose: how many cases enter, end and are censored on each day of a clock: what Kaplan-Meier is computed from
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $cohort $unit $interval $by $edition $known_on
-- result columns: register, interval_start, group, group_label, clock, basis, day, entered, events, censored
with spells as (
    select
        *,
        core.interval_start($interval, cohort_date) as interval_start,
        core.group_of($by, recipient_type, tier, route, outcome, recipient_id, dataset, legal_basis) as group_id,
        case when $unit = 'working' then working_days else days end as length,
        case when $unit = 'working' then entry_working else entry end as enters
    from spells_where(
        $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference,
        $dataset, $clock, $basis, $cohort
    )
    where excluded_rule is null and (coalesce($cohort, 'received') = 'received' or event)
),
-- a case that ends on the day it would enter was never at risk while the register was watching
watched as (from spells where enters = 0 or length > enters),
moves as (
    select
        register, interval_start, group_id, recipient, clock, basis, length as day, 0 as entered,
        event::integer as event, censored::integer as censored
    from watched
    union all
    select register, interval_start, group_id, recipient, clock, basis, enters, 1, 0, 0 from watched where enters > 0
)
select
    register,
    interval_start,
    group_id as "group",
    core.group_label($by, group_id, min(recipient)) as group_label,
    clock,
    basis,
    day,
    sum(entered)::bigint as entered,
    sum(event)::bigint as events,
    sum(censored)::bigint as censored
from moves
group by register, interval_start, group_id, clock, basis, day
order by register, interval_start, group_id, clock, basis, day
