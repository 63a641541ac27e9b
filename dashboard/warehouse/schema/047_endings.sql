-- purpose: what is counted of how cases ended, and of those still open
-- parameters: none
-- result columns: none (creates macros in core, and in the current schema: run once in as_known and once in latest)

-- In which way a case left its clock; null: it is still open. On a clock that stops at one kind of event, that event is
-- what happened, whatever the request came to later.
create or replace macro core.ended_as(clock, event, ended, outcome) as
case
    when ended is null then null
    when event and clock in ('received_to_release', 'approval_to_release') then 'released'
    when event and clock = 'received_to_reuse' then 'reuse_permitted'
    when event and clock = 'received_to_decision' and outcome not in ('released', 'reuse_permitted', 'refused') then 'approved'
    else outcome
end;

-- The outcome is null on rows of those that enter or are still open.
create macro endings_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name, by_name
) as table
with watched as (
    select
        register,
        core.group_of(by_name, recipient_type, tier, route, outcome, recipient_id, dataset, legal_basis) as group_id,
        clock,
        basis,
        length,
        enters,
        core.ended_as(clock, event, end_high, outcome) as ended_as
    from cases_where(
        known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
        wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name
    )
    where counted_as <> 'excluded'
)
select
    register, group_id, clock, basis, day, ended_as as outcome,
    sum(entered)::bigint as entered, sum(ended)::bigint as ended, sum(censored)::bigint as censored
from (
    select
        register, group_id, clock, basis, length as day, ended_as, 0 as entered,
        (ended_as is not null)::integer as ended, (ended_as is null)::integer as censored
    from watched
    union all
    select register, group_id, clock, basis, enters, null, 1, 0, 0 from watched where enters > 0
)
group by register, group_id, clock, basis, day, ended_as;

-- The same, a row a group: five lists of one length, in no order. The outcome of those that enter or are open is ''.
create macro ending_lists(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name, by_name
) as table
select
    register, group_id, clock, basis,
    list(day) as days, list(coalesce(outcome, '')) as endings, list(entered) as entered, list(ended) as ended,
    list(censored) as censored
from endings_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient, wanted_reference,
    wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name, by_name
)
group by register, group_id, clock, basis;

-- Of the cases still open: how many there are, and how long the one that has waited least has waited.
create macro waits_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name, interval_name, by_name
) as table
select
    register,
    core.interval_start(interval_name, cohort_date) as interval_start,
    core.group_of(by_name, recipient_type, tier, route, outcome, recipient_id, dataset, legal_basis) as group_id,
    clock,
    basis,
    count(*) as open,
    min(length) as least
from cases_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name
)
where counted_as = 'censored' and end_high is null
group by all;
