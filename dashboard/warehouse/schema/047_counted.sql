-- purpose: what the measures count, added up: flows, ages of open requests, recipients, cases on clocks
-- parameters: none
-- result columns: none (creates macros in the current schema: run once in as_known and once in latest)

-- These add up the rows that `--rows` lists. The schemas `facts`, `asked` and `monthly` (schema/049 and 051) hold macros of the same names
-- that add up the same rows from narrower tables; a check holds them to these (checks/facts_agree.sql).

-- Events by register, group and interval. `phase` is -1 before the period asked about, 0 in it, 1 after it or in no
-- interval. What is not published makes no group and begins no interval.
create macro flows_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, interval_name, by_name
) as table
select
    v.register,
    core.group_of(by_name, v.recipient_type, v.tier, v.route, v.outcome, v.recipient_id, v.dataset, v.legal_basis) as group_id,
    core.phase_of(v.date, from_day, to_day, interval_name) as phase,
    core.interval_start(interval_name, v.date) as interval_start,
    count(*) filter (where v.kind = 'received') as received,
    count(*) filter (where v.kind = 'decided') as decided,
    count(*) filter (where v.kind = 'closed') as closed,
    count(*) filter (where v.kind = 'refused') as refused,
    count(*) filter (where v.kind = 'not_pursued') as not_pursued,
    count(*) filter (where v.kind = 'first_released') as first_released,
    count(*) filter (where v.kind = 'released') as released,
    count(*) filter (where v.kind = 'excluded') as excluded,
    min(v.date) as first_date,
    max(v.date) as last_date
from events_where(
    known_on, only_edition, wanted, null, null, types, tiers, routes, outcomes, wanted_recipient, wanted_reference,
    wanted_dataset
) as v
semi join answerable_columns(known_on, only_edition) as a
    on v.register = a.register and v.kind = a.column_name and a.answerable
group by all;

-- The requests that a figure of who is waiting rests on, and how old each was when it closed.
create macro waiting_where(
    known_on, only_edition, wanted, types, tiers, routes, outcomes, wanted_recipient, wanted_reference, wanted_dataset
) as table
select q.*, a.as_at, q.closed - q.received as age_closed
from request_dates(known_on, only_edition) as q
inner join core.registers_in(wanted) as r on q.register = r.register
inner join register_answers(known_on, only_edition) as a on q.register = a.register and a.open_known
where q.received <= a.as_at
    and (types is null or list_contains(types, q.recipient_type))
    and (tiers is null or list_contains(tiers, coalesce(q.tier, 'not_published')))
    and (routes is null or list_contains(routes, coalesce(q.route, 'not_published')))
    and (outcomes is null or list_contains(outcomes, q.outcome))
    and (
        wanted_recipient is null
        or ((q.register, q.recipient_id) in (select (c.register, c.recipient_id) from core.recipients_called(wanted_recipient) as c))
    )
    and (wanted_reference is null or q.reference = wanted_reference)
    and (
        wanted_dataset is null or q.dataset = wanted_dataset
        or (q.register, q.dataset) in (select (p.register, p.dataset) from core.dataset_parts as p where p.part = wanted_dataset)
    );

-- How the number open, and its ages, move by month: a request is received, reaches an age of 31, 61 and 121 days while
-- it is open, and closes at some age. Nothing after the as-at date has been seen, so nothing moves after it.
create macro ageing_where(
    known_on, only_edition, wanted, types, tiers, routes, outcomes, wanted_recipient, wanted_reference, wanted_dataset,
    by_name
) as table
select
    register,
    core.group_of(by_name, recipient_type, tier, route, outcome, recipient_id, dataset, legal_basis) as group_id,
    date_trunc('month', move.day)::date as month,
    count(*) filter (where move.step = 0) as received,
    count(*) filter (where move.step = 31) as reached_31,
    count(*) filter (where move.step = 61) as reached_61,
    count(*) filter (where move.step = 121) as reached_121,
    count(*) filter (where move.step = -1) as closed,
    count(*) filter (where move.step = -1 and age_closed <= 30) as closed_0_30,
    count(*) filter (where move.step = -1 and age_closed between 31 and 60) as closed_31_60,
    count(*) filter (where move.step = -1 and age_closed between 61 and 120) as closed_61_120
from (
    select *, unnest(core.moves(received, closed)) as move
    from waiting_where(
        known_on, only_edition, wanted, types, tiers, routes, outcomes, wanted_recipient, wanted_reference, wanted_dataset
    )
)
where move.day <= as_at
group by all;

-- Requests, releases and named recipients with any event in the period, by group.
create macro recipients_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, by_name
) as table
select
    register,
    core.group_of(by_name, recipient_type, tier, route, outcome, recipient_id, dataset, legal_basis) as group_id,
    count(distinct request) as requests,
    count(*) filter (where kind = 'released') as releases,
    count(distinct recipient_id) as recipients,
    min(date) as first_date,
    max(date) as last_date,
    string_agg(distinct published_type, '; ' order by published_type) as published_types
from events_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset
)
where kind <> 'excluded'
group by all;

-- The same by recipient, with the type that its last event gives it.
create macro named_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset
) as table
select
    register,
    recipient_id,
    arg_max(recipient_type, (date, recipient_type)) as recipient_type,
    count(distinct request) as requests,
    count(*) filter (where kind = 'released') as releases
from events_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset
)
where kind <> 'excluded' and recipient_id is not null
group by register, recipient_id;

-- How many cases enter, end and are censored on each day of a clock. A case that ends on the day it would enter was
-- never at risk while the register was watching.
create macro risk_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name, interval_name, by_name
) as table
with watched as (
    from (
        select
            register,
            core.interval_start(interval_name, cohort_date) as interval_start,
            core.group_of(by_name, recipient_type, tier, route, outcome, recipient_id, dataset, legal_basis) as group_id,
            clock,
            basis,
            case when unit_name = 'working' then working_days else days end as length,
            case when unit_name = 'working' then entry_working else entry end as enters,
            event,
            censored
        from spells_where(
            known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
            wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name
        )
        where excluded_rule is null and (coalesce(cohort_name, 'received') = 'received' or event)
    )
    where enters = 0 or length > enters
)
select
    register, interval_start, group_id, clock, basis, day,
    sum(entered)::bigint as entered, sum(event)::bigint as events, sum(censored)::bigint as censored
from (
    select
        register, interval_start, group_id, clock, basis, length as day, 0 as entered, event::integer as event,
        censored::integer as censored
    from watched
    union all
    select register, interval_start, group_id, clock, basis, enters, 1, 0, 0 from watched where enters > 0
)
group by register, interval_start, group_id, clock, basis, day;

-- Cases on a clock: how many count, how many are left out, how many met a target. Only those watched from the start
-- can show a target met: one that entered late had already missed its chance to be quick.
create macro cases_counted(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name, interval_name, by_name,
    target_days
) as table
select
    register, interval_start, group_id, clock, basis,
    count(*) filter (where counts) as n,
    count(*) filter (where counts and event) as events,
    count(*) filter (where not counts) as excluded,
    count(*) filter (where not counts and (excluded_rule is null or excluded_rule = 'before_coverage')) as before_coverage,
    count(*) filter (where counts and enters = 0) as from_start,
    count(*) filter (where counts and enters = 0 and event and length <= target_days) as within,
    count(*) filter (where counts and enters = 0 and length > target_days) as past
from (
    select *, excluded_rule is null and (enters = 0 or length > enters) as counts
    from (
        select
            register,
            core.interval_start(interval_name, coalesce(cohort_date, end_high)) as interval_start,
            core.group_of(by_name, recipient_type, tier, route, outcome, recipient_id, dataset, legal_basis) as group_id,
            clock,
            basis,
            case when unit_name = 'working' then working_days else days end as length,
            case when unit_name = 'working' then entry_working else entry end as enters,
            event,
            excluded_rule
        from spells_where(
            known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
            wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name
        )
        where coalesce(cohort_name, 'received') = 'received' or event or excluded_rule is not null
    )
)
group by register, interval_start, group_id, clock, basis;
