-- purpose: what most questions ask, added up in advance from the facts: by month, by type and tier, by data set, by length
-- parameters: none
-- result columns: none (creates tables, and macros in the schemas that read them)

-- Each row carries what it is filtered and grouped by, so that a question is one scan of a small table and joins nothing:
-- of a short query, planning is most of the time. `facts_agree` holds these tables to the rows in every build. `slim`
-- knows nothing but type and tier, which is what most questions ask for.

create table core.monthly_flows as
select
    s.register, s.by_default, s.recipient_type, s.tier, s.route, s.outcome, s.legal_basis,
    f.interval_start as month,
    sum(f.received)::integer as received, sum(f.decided)::integer as decided, sum(f.closed)::integer as closed,
    sum(f.refused)::integer as refused, sum(f.not_pursued)::integer as not_pursued,
    sum(f.first_released)::integer as first_released, sum(f.released)::integer as released,
    sum(f.excluded)::integer as excluded,
    min(f.first_date) as first_date, max(f.last_date) as last_date
from facts.flows_where(null, null, '*', null, null, null, null, null, null, null, null, null, 'month', 'segment') as f
inner join core.segment_groups as s on s.grouped_by = 'segment' and f.group_id = s.group_id
group by all;

create table core.monthly_ageing as
select
    s.register, s.by_default, s.recipient_type, s.tier, s.route, s.outcome, s.legal_basis,
    f.month,
    sum(f.received)::integer as received, sum(f.reached_31)::integer as reached_31,
    sum(f.reached_61)::integer as reached_61, sum(f.reached_121)::integer as reached_121,
    sum(f.closed)::integer as closed, sum(f.closed_0_30)::integer as closed_0_30,
    sum(f.closed_31_60)::integer as closed_31_60, sum(f.closed_61_120)::integer as closed_61_120
from facts.ageing_where(null, null, '*', null, null, null, null, null, null, null, 'segment') as f
inner join core.segment_groups as s on s.grouped_by = 'segment' and f.group_id = s.group_id
group by all;

create table core.dataset_flows as
select
    c.dataset_no, s.register, s.by_default, s.recipient_type, s.tier, f.interval_start as month,
    sum(f.received)::integer as received, sum(f.decided)::integer as decided, sum(f.closed)::integer as closed,
    sum(f.refused)::integer as refused, sum(f.not_pursued)::integer as not_pursued,
    sum(f.first_released)::integer as first_released, sum(f.released)::integer as released,
    sum(f.excluded)::integer as excluded,
    min(f.first_date) as first_date, max(f.last_date) as last_date
from facts.flows_where(null, null, '*', null, null, null, null, null, null, null, null, null, 'month', 'cell') as f
inner join core.cells as c on f.group_id = c.cell::varchar
inner join core.segment_groups as s on s.grouped_by = 'all' and c.slim = s.segment
group by all
order by c.dataset_no;

create table core.dataset_ageing as
select
    c.dataset_no, s.register, s.by_default, s.recipient_type, s.tier, f.month,
    sum(f.received)::integer as received, sum(f.reached_31)::integer as reached_31,
    sum(f.reached_61)::integer as reached_61, sum(f.reached_121)::integer as reached_121,
    sum(f.closed)::integer as closed, sum(f.closed_0_30)::integer as closed_0_30,
    sum(f.closed_31_60)::integer as closed_31_60, sum(f.closed_61_120)::integer as closed_61_120
from facts.ageing_where(null, null, '*', null, null, null, null, null, null, null, 'cell') as f
inner join core.cells as c on f.group_id = c.cell::varchar
inner join core.segment_groups as s on s.grouped_by = 'all' and c.slim = s.segment
group by all
order by c.dataset_no;

create table core.slim_flows as
select
    register, by_default, recipient_type, tier, month,
    sum(received)::integer as received, sum(decided)::integer as decided, sum(closed)::integer as closed,
    sum(refused)::integer as refused, sum(not_pursued)::integer as not_pursued,
    sum(first_released)::integer as first_released, sum(released)::integer as released,
    sum(excluded)::integer as excluded,
    min(first_date) as first_date, max(last_date) as last_date
from core.dataset_flows
group by all;

create table core.slim_ageing as
select
    register, by_default, recipient_type, tier, month,
    sum(received)::integer as received, sum(reached_31)::integer as reached_31,
    sum(reached_61)::integer as reached_61, sum(reached_121)::integer as reached_121, sum(closed)::integer as closed,
    sum(closed_0_30)::integer as closed_0_30, sum(closed_31_60)::integer as closed_31_60,
    sum(closed_61_120)::integer as closed_61_120
from core.dataset_ageing
group by all;

-- By day, for the ends of a period that does not begin or end with a month.
create table core.slim_flow_days as
select
    s.register, s.by_default, s.recipient_type, s.tier, f.interval_start as day,
    sum(f.received)::integer as received, sum(f.decided)::integer as decided, sum(f.closed)::integer as closed,
    sum(f.refused)::integer as refused, sum(f.not_pursued)::integer as not_pursued,
    sum(f.first_released)::integer as first_released, sum(f.released)::integer as released,
    sum(f.excluded)::integer as excluded
from facts.flows_where(null, null, '*', null, null, null, null, null, null, null, null, null, 'day', 'slim') as f
inner join core.segment_groups as s on s.grouped_by = 'slim' and f.group_id = s.group_id and s.segment = s.slim
where f.interval_start is not null
group by all
order by day;

create macro monthly.flow_cells(from_day, to_day, wanted_dataset) as table select * rename (month as day) from core.monthly_flows;

create macro slim.flow_cells(from_day, to_day, wanted_dataset) as table
select * rename (month as day), null::varchar as route, null::varchar as outcome, null::varchar as legal_basis
from core.slim_flows;

create macro of_dataset.flow_cells(from_day, to_day, wanted_dataset) as table
select * rename (month as day), null::varchar as route, null::varchar as outcome, null::varchar as legal_basis
from core.dataset_flows semi join facts.datasets_picked(wanted_dataset) using (dataset_no);

-- Whole months, and the days of the months in which the period begins and ends.
create macro daily.flow_cells(from_day, to_day, wanted_dataset) as table
select *, null::varchar as route, null::varchar as outcome, null::varchar as legal_basis
from (
    select * rename (month as day) from core.slim_flows
    where month is null or (
        (from_day is null or month <> date_trunc('month', from_day::date)::date)
        and (to_day is null or month <> date_trunc('month', to_day::date)::date)
    )
    union all by name
    select *, day as first_date, day as last_date from core.slim_flow_days
    where day between date_trunc('month', from_day::date)::date and last_day(from_day::date)
        or day between date_trunc('month', to_day::date)::date and last_day(to_day::date)
);

create macro monthly.flows_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, interval_name, by_name
) as table
select
    register,
    core.group_of(by_name, recipient_type, tier, route, outcome, null, null, legal_basis) as group_id,
    core.phase_of(day, from_day, to_day, interval_name) as phase,
    core.interval_start(interval_name, day) as interval_start,
    sum(received)::bigint as received, sum(decided)::bigint as decided, sum(closed)::bigint as closed,
    sum(refused)::bigint as refused, sum(not_pursued)::bigint as not_pursued,
    sum(first_released)::bigint as first_released, sum(released)::bigint as released,
    sum(excluded)::bigint as excluded,
    min(first_date) as first_date,
    max(last_date) as last_date
from flow_cells(from_day, to_day, wanted_dataset)
where core.asked_about(wanted, register, by_default)
    and (types is null or list_contains(types, recipient_type))
    and (tiers is null or list_contains(tiers, tier))
    and (routes is null or list_contains(routes, route))
    and (outcomes is null or list_contains(outcomes, outcome))
group by all;

create macro monthly.ageing_cells(wanted_dataset) as table from core.monthly_ageing;

create macro slim.ageing_cells(wanted_dataset) as table
select *, null::varchar as route, null::varchar as outcome, null::varchar as legal_basis from core.slim_ageing;

create macro of_dataset.ageing_cells(wanted_dataset) as table
select *, null::varchar as route, null::varchar as outcome, null::varchar as legal_basis
from core.dataset_ageing semi join facts.datasets_picked(wanted_dataset) using (dataset_no);

create macro monthly.ageing_where(
    known_on, only_edition, wanted, types, tiers, routes, outcomes, wanted_recipient, wanted_reference, wanted_dataset,
    by_name
) as table
select
    register,
    core.group_of(by_name, recipient_type, tier, route, outcome, null, null, legal_basis) as group_id,
    month,
    sum(received)::bigint as received, sum(reached_31)::bigint as reached_31, sum(reached_61)::bigint as reached_61,
    sum(reached_121)::bigint as reached_121, sum(closed)::bigint as closed, sum(closed_0_30)::bigint as closed_0_30,
    sum(closed_31_60)::bigint as closed_31_60, sum(closed_61_120)::bigint as closed_61_120
from ageing_cells(wanted_dataset)
where core.asked_about(wanted, register, by_default)
    and (types is null or list_contains(types, recipient_type))
    and (tiers is null or list_contains(tiers, tier))
    and (routes is null or list_contains(routes, route))
    and (outcomes is null or list_contains(outcomes, outcome))
group by all;

-- `core.request_days` by month. `nexts`: how many of the next days are in the month.
create table core.asker_months as
select
    asker, date_trunc('month', day)::date as month, sum(days)::integer as days, sum(nexts)::integer as nexts,
    sum(releases)::integer as releases, min(first_day) as first_day, max(last_day) as last_day
from (
    select asker, day, count(*) as days, 0 as nexts, count(*) filter (where is_release) as releases, day as first_day, day as last_day
    from core.request_days group by asker, day
    union all
    select asker, next_day, 0, count(*), 0, null, null from core.request_days where next_day is not null group by asker, next_day
)
group by all
order by month, asker;

-- How many requests of each have a day in a period: as many as there are days in it, less those that are the next of
-- another day in it. A period is whole months and the days at its ends.
create macro slim.asker_counts(from_day, to_day) as table
select
    asker, sum(requests) as requests, sum(releases) as releases, min(first_day) as first_day, max(last_day) as last_day
from (
    select asker, days - nexts as requests, releases, first_day, last_day
    from core.asker_months
    where (from_day is null or month >= from_day) and (to_day is null or month <= to_day)
    union all
    select asker, 1, 0, null, null
    from core.request_days where day < from_day and next_day >= from_day and (to_day is null or next_day <= to_day)
)
group by asker;

create macro daily.asker_counts(from_day, to_day) as table
select
    asker, sum(requests) as requests, sum(releases) as releases, min(first_day) as first_day, max(last_day) as last_day
from (
    select asker, days - nexts as requests, releases, first_day, last_day
    from core.asker_months
    where (from_day is null or month > from_day) and (to_day is null or month < date_trunc('month', to_day::date)::date)
    union all
    select asker, 1, is_release::integer, day, day
    from core.request_days
    where day >= from_day and day <= last_day(from_day::date) and (to_day is null or day <= to_day)
    union all
    select asker, 1, is_release::integer, day, day
    from core.request_days
    where day >= date_trunc('month', to_day::date)::date and day <= to_day
        and (from_day is null or day > last_day(from_day::date))
    union all
    select
        asker,
        coalesce(day < from_day, false)::integer
        - coalesce(next_day <= last_day(from_day::date) or next_day >= date_trunc('month', to_day::date)::date, false)::integer,
        0, null, null
    from core.request_days
    where (from_day is null or next_day >= from_day) and (to_day is null or next_day <= to_day)
        and (
            day < from_day or next_day <= last_day(from_day::date)
            or next_day >= date_trunc('month', to_day::date)::date
        )
)
group by asker;

create macro slim.asker_cells(from_day, to_day, wanted_recipient, wanted_dataset, by_name) as table
select
    a.register, a.by_default, a.recipient_type, a.published_type, a.tier, null::varchar as route,
    null::varchar as outcome, null::varchar as legal_basis, a.recipient_no, a.recipient_id, null::varchar as dataset,
    q.requests, q.releases, q.first_day, q.last_day
from asker_counts(from_day, to_day) as q
inner join core.askers as a on q.asker = a.asker;

create macro whole.asker_cells(from_day, to_day, wanted_recipient, wanted_dataset, by_name) as table
select *, null::varchar as route, null::varchar as outcome, null::varchar as legal_basis, null::varchar as dataset
from core.askers where requests > 0;

-- What is counted of each recipient by month.
create table core.slim_recipients as
select
    s.register, s.by_default, s.recipient_type, s.tier, f.recipient_id, f.interval_start as month,
    sum(f.counted)::integer as counted, min(f.first_day) as first_day, max(f.last_day) as last_day
from facts.recipient_counts(null, null, '*', null, null, null, null, null, null, null, null, null, 'month', 'slim') as f
inner join core.segment_groups as s on s.grouped_by = 'slim' and f.group_id = s.group_id and s.segment = s.slim
group by all;

create macro slim.recipient_counts(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, interval_name, by_name
) as table
select
    register,
    core.group_of(by_name, recipient_type, tier, null, null, null, null, null) as group_id,
    core.interval_start(interval_name, month) as interval_start,
    recipient_id,
    sum(counted)::bigint as counted,
    min(first_day) as first_day,
    max(last_day) as last_day
from core.slim_recipients
where core.asked_about(wanted, register, by_default)
    and (types is null or list_contains(types, recipient_type))
    and (tiers is null or list_contains(tiers, tier))
    and (from_day is null or month >= from_day)
    and (to_day is null or month <= to_day)
group by all;

create macro daily.recipient_counts(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, interval_name, by_name
) as table
from facts.recipient_counts(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, interval_name, by_name
);

-- How cases ended, in the same way: see `endings_where`.
create table core.slim_endings as
select
    s.register, s.by_default, s.recipient_type, s.tier, f.clock, f.basis, f.unit, f.day, f.outcome,
    sum(f.entered)::integer as entered, sum(f.ended)::integer as ended, sum(f.censored)::integer as censored
from (
    select *, 'calendar' as unit
    from facts.endings_where(null, null, '*', null, null, null, null, null, null, null, null, null, null, null, null, 'calendar', 'slim')
    union all
    select *, 'working'
    from facts.endings_where(null, null, '*', null, null, null, null, null, null, null, null, null, null, null, null, 'working', 'slim')
) as f
inner join core.segment_groups as s on s.grouped_by = 'slim' and f.group_id = s.group_id and s.segment = s.slim
group by all
order by f.clock, f.unit;

create macro whole.endings_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name, by_name
) as table
select
    register,
    core.group_of(by_name, recipient_type, tier, null, null, null, null, null) as group_id,
    clock, basis, day, outcome,
    sum(entered)::bigint as entered, sum(ended)::bigint as ended, sum(censored)::bigint as censored
from core.slim_endings
where core.asked_about(wanted, register, by_default)
    and unit = coalesce(unit_name, 'calendar')
    and (wanted_clock is null or clock = wanted_clock)
    and (wanted_basis is null or basis = wanted_basis)
    and (types is null or list_contains(types, recipient_type))
    and (tiers is null or list_contains(tiers, tier))
group by all;

-- The cases of every clock by length, in calendar and in working days: see `risk_where`.
create table core.slim_risk as
select
    s.register, s.by_default, s.recipient_type, s.tier, f.clock, f.basis, f.unit, f.kind, f.day,
    sum(f.cases)::integer as cases
from (
    select *, 'calendar' as unit
    from facts.risk_where(null, null, '*', null, null, null, null, null, null, null, null, null, null, null, null, 'calendar', null, 'slim')
    union all
    select *, 'working'
    from facts.risk_where(null, null, '*', null, null, null, null, null, null, null, null, null, null, null, null, 'working', null, 'slim')
) as f
inner join core.segment_groups as s on s.grouped_by = 'slim' and f.group_id = s.group_id and s.segment = s.slim
group by all
order by f.clock, f.unit;

create table core.typed_risk as
select register, by_default, recipient_type, clock, basis, unit, kind, day, sum(cases)::integer as cases
from core.slim_risk
group by all
order by clock, unit;

create macro whole.risk_cells() as table from core.slim_risk;
create macro typed.risk_cells() as table select *, null::varchar as tier from core.typed_risk;

create macro whole.risk_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name, interval_name, by_name
) as table
select
    register,
    null::date as interval_start,
    core.group_of(by_name, recipient_type, tier, null, null, null, null, null) as group_id,
    clock,
    basis,
    kind,
    day,
    sum(cases)::bigint as cases
from risk_cells()
where core.asked_about(wanted, register, by_default)
    and unit = coalesce(unit_name, 'calendar')
    and (wanted_clock is null or clock = wanted_clock)
    and (wanted_basis is null or basis = wanted_basis)
    and (types is null or list_contains(types, recipient_type))
    and (tiers is null or list_contains(tiers, tier))
group by all;

-- The same as in 047, of the flows that `volumes` adds up: what `stock_and_flow` holds to the requests.
create macro facts.month_moves(known_on, only_edition) as table
select register, recipient_type, tier, route, outcome, legal_basis, month, closed - received as gap
from core.monthly_flows where received + closed > 0;
