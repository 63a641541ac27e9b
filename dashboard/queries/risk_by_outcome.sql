-- purpose: how many cases enter, end in each way and are still open on each day of a clock: what the cumulative incidence is computed from
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $cohort $unit $by $edition $known_on
-- result columns: register, group, clock, basis, day, outcome, entered, ended, censored
-- The outcome is null on rows of those that enter or are still open. On a clock that stops at one kind of event, that
-- event is what happened, whatever the request came to later.
with watched as (
    select
        register,
        core.group_of($by, recipient_type, tier, route, outcome, recipient_id, dataset, legal_basis) as group_id,
        clock,
        basis,
        length,
        enters,
        case
            when end_high is null then null
            when event and clock in ('received_to_release', 'approval_to_release') then 'released'
            when event and clock = 'received_to_reuse' then 'reuse_permitted'
            when event and clock = 'received_to_decision' and outcome not in ('released', 'reuse_permitted', 'refused') then 'approved'
            else outcome
        end as ended_as
    from cases_where(
        $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
        $clock, $basis, $cohort, $unit
    )
    where counted_as <> 'excluded'
)
select
    register,
    group_id as "group",
    clock,
    basis,
    day,
    ended_as as outcome,
    sum(entered)::bigint as entered,
    sum(ended)::bigint as ended,
    sum(censored)::bigint as censored
from (
    select
        register, group_id, clock, basis, length as day, ended_as, 0 as entered,
        (ended_as is not null)::integer as ended, (ended_as is null)::integer as censored
    from watched
    union all
    select register, group_id, clock, basis, enters, null, 1, 0, 0 from watched where enters > 0
)
group by register, group_id, clock, basis, day, ended_as
order by register, group_id, clock, basis, day, ended_as nulls first
