-- purpose: how many cases enter, end in each way and are still open on each day of a clock: what the cumulative incidence is computed from
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $cohort $unit $by $edition $known_on
-- result columns: register, group, group_label, clock, basis, day, outcome, entered, ended, censored
-- The outcome is null on rows of those that enter or are still open. On a clock that stops at one kind of event, that
-- event is what happened, whatever the request came to later.
with spells as (
    select
        *,
        core.group_of($by, recipient_type, tier, route, outcome, recipient_id, dataset) as group_id,
        case when $unit = 'working' then working_days else days end as length,
        case when $unit = 'working' then entry_working else entry end as enters,
        case
            when end_high is null then null
            when event and clock in ('received_to_release', 'approval_to_release') then 'released'
            when event and clock = 'received_to_reuse' then 'reuse_permitted'
            when event and clock = 'received_to_decision' and outcome not in ('released', 'reuse_permitted', 'refused') then 'approved'
            else outcome
        end as ended_as
    from spells_where(
        $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference,
        $dataset, $clock, $basis, $cohort
    )
    where excluded_rule is null
),
watched as (from spells where enters = 0 or length > enters),
moves as (
    select
        register, group_id, recipient, clock, basis, length as day, ended_as, 0 as entered,
        (ended_as is not null)::integer as ended, (ended_as is null)::integer as censored
    from watched
    union all
    select register, group_id, recipient, clock, basis, enters, null, 1, 0, 0 from watched where enters > 0
)
select
    register,
    group_id as "group",
    core.group_label($by, group_id, min(recipient)) as group_label,
    clock,
    basis,
    day,
    ended_as as outcome,
    sum(entered)::bigint as entered,
    sum(ended)::bigint as ended,
    sum(censored)::bigint as censored
from moves
group by register, group_id, clock, basis, day, ended_as
order by register, group_id, clock, basis, day, ended_as nulls first
