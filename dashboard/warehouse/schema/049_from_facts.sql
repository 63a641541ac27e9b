-- purpose: the macros of 047 once more, adding up the facts of 048: the same numbers, sooner
-- parameters: none
-- result columns: none (creates macros in facts, picked, asked and monthly, and the tables by month)

-- The store puts the schemas in order, the narrowest that can answer first (dashboard/store.py): `monthly` where the
-- period is of whole months, `asked` where requests need not be told apart, `picked` where one recipient or data set is
-- asked for. What none of them can answer, `latest` does. docs/decisions/0019-facts-and-marts.md.

create macro facts.request_rows(wanted_recipient, wanted_dataset) as table from core.request_facts;
create macro facts.release_rows(wanted_recipient, wanted_dataset) as table from core.release_facts;
create macro facts.spell_rows(wanted_recipient, wanted_dataset) as table from core.spell_facts;

create macro picked.recipients_picked(wanted_recipient) as table
select recipient_no from core.recipient_numbers where wanted_recipient is null
union all
select 0 where wanted_recipient is null
union all
select n.recipient_no
from core.recipient_numbers as n
inner join core.recipients_called(wanted_recipient) as c on n.register = c.register and n.recipient_id = c.recipient_id;

create macro picked.datasets_picked(wanted_dataset) as table
select dataset_no from core.dataset_numbers where wanted_dataset is null or dataset = wanted_dataset
union all
select 0 where wanted_dataset is null
union all
select n.dataset_no
from core.dataset_numbers as n
inner join core.dataset_parts as p on n.register = p.register and n.dataset = p.dataset and p.part = wanted_dataset;

create macro picked.request_rows(wanted_recipient, wanted_dataset) as table
from core.request_facts
where recipient_no in (from picked.recipients_picked(wanted_recipient)) and dataset_no in (from picked.datasets_picked(wanted_dataset));

create macro picked.release_rows(wanted_recipient, wanted_dataset) as table
from core.release_facts
where recipient_no in (from picked.recipients_picked(wanted_recipient)) and dataset_no in (from picked.datasets_picked(wanted_dataset));

create macro picked.spell_rows(wanted_recipient, wanted_dataset) as table
from core.spell_facts
where recipient_no in (from picked.recipients_picked(wanted_recipient)) and dataset_no in (from picked.datasets_picked(wanted_dataset));

-- The segments that a question is about, each with the number of its group. Recipients and data sets are groups of
-- their own numbers.
create macro facts.segments_in(wanted, types, tiers, routes, outcomes, by_name) as table
select *, min(segment) over (partition by register, group_id) as group_no
from (
    select
        s.*,
        case when by_name = 'segment' then s.segment::varchar
            else core.group_of(by_name, s.recipient_type, s.tier, s.route, s.outcome, null, null, s.legal_basis)
        end as group_id
    from core.segments as s
    inner join core.registers_in(wanted) as r on s.register = r.register
    where (types is null or list_contains(types, s.recipient_type))
        and (tiers is null or list_contains(tiers, s.tier))
        and (routes is null or list_contains(routes, s.route))
        and (outcomes is null or list_contains(outcomes, s.outcome))
);

create macro facts.group_number(by_name, group_no, recipient_no, dataset_no) as
case by_name when 'recipient' then recipient_no when 'dataset' then dataset_no else group_no end;

-- What a number of a group stands for.
create macro facts.groups_named(wanted, types, tiers, routes, outcomes, by_name) as table
select distinct register, group_no, group_id
from facts.segments_in(wanted, types, tiers, routes, outcomes, by_name)
where coalesce(by_name, 'all') not in ('recipient', 'dataset')
union all
select register, recipient_no, recipient_id from core.recipient_numbers where by_name = 'recipient'
union all
select register, dataset_no, dataset from core.dataset_numbers where by_name = 'dataset'
union all
select r.register, 0, 'not_published' from core.registers_in(wanted) as r where by_name in ('recipient', 'dataset');

-- How many of each kind happened on each day, by group. Grouped by the day itself: rolling days up afterwards costs less
-- than working out the month of every row.
create macro facts.flow_days(wanted, types, tiers, routes, outcomes, wanted_recipient, wanted_dataset, by_name) as table
with kept as materialized (
    select
        s.register,
        facts.group_number(by_name, s.group_no, q.recipient_no, q.dataset_no) as group_no,
        case when a.received_known then q.received end as received,
        case when a.decided_known then q.decided end as decided,
        case when a.closed_known then q.closed end as closed,
        case when a.refused_known then q.refused end as refused,
        case when a.not_pursued_known then q.not_pursued end as not_pursued,
        case when a.first_released_known then q.first_released end as first_released,
        q.is_excluded and a.excluded_known as is_excluded,
        q.excluded
    from request_rows(wanted_recipient, wanted_dataset) as q
    inner join facts.segments_in(wanted, types, tiers, routes, outcomes, by_name) as s on q.segment = s.segment
    inner join core.latest_register_answers as a on s.register = a.register
)
select register, group_no, 'received' as kind, received as day, count(*) as n from kept where received is not null group by all
union all
select register, group_no, 'decided', decided, count(*) from kept where decided is not null group by all
union all
select register, group_no, 'closed', closed, count(*) from kept where closed is not null group by all
union all
select register, group_no, 'refused', refused, count(*) from kept where refused is not null group by all
union all
select register, group_no, 'not_pursued', not_pursued, count(*) from kept where not_pursued is not null group by all
union all
select register, group_no, 'first_released', first_released, count(*) from kept where first_released is not null group by all
union all
select register, group_no, 'excluded', excluded, count(*) from kept where is_excluded group by all
union all
select
    s.register, facts.group_number(by_name, s.group_no, q.recipient_no, q.dataset_no), 'released', q.released, count(*)
from release_rows(wanted_recipient, wanted_dataset) as q
inner join facts.segments_in(wanted, types, tiers, routes, outcomes, by_name) as s on q.segment = s.segment
inner join core.latest_register_answers as a on s.register = a.register and a.released_known
group by all;

create macro facts.flows_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, interval_name, by_name
) as table
select
    f.register,
    g.group_id,
    core.phase_of(f.day, from_day, to_day, interval_name) as phase,
    core.interval_start(interval_name, f.day) as interval_start,
    coalesce(sum(f.n) filter (where f.kind = 'received'), 0)::bigint as received,
    coalesce(sum(f.n) filter (where f.kind = 'decided'), 0)::bigint as decided,
    coalesce(sum(f.n) filter (where f.kind = 'closed'), 0)::bigint as closed,
    coalesce(sum(f.n) filter (where f.kind = 'refused'), 0)::bigint as refused,
    coalesce(sum(f.n) filter (where f.kind = 'not_pursued'), 0)::bigint as not_pursued,
    coalesce(sum(f.n) filter (where f.kind = 'first_released'), 0)::bigint as first_released,
    coalesce(
        sum(f.n) filter (where f.kind = 'released' or (f.kind = 'first_released' and x.register is null)), 0
    )::bigint as released,
    coalesce(sum(f.n) filter (where f.kind = 'excluded'), 0)::bigint as excluded,
    min(f.day) as first_date,
    max(f.day) as last_date
from facts.flow_days(wanted, types, tiers, routes, outcomes, wanted_recipient, wanted_dataset, by_name) as f
inner join facts.groups_named(wanted, types, tiers, routes, outcomes, by_name) as g
    on f.register = g.register and f.group_no = g.group_no
left join core.registers_of_releases as x on f.register = x.register
group by all;

-- The number open and its ages: see `core.moves`.
create macro facts.ageing_where(
    known_on, only_edition, wanted, types, tiers, routes, outcomes, wanted_recipient, wanted_reference, wanted_dataset,
    by_name
) as table
with kept as materialized (
    select
        s.register,
        facts.group_number(by_name, s.group_no, q.recipient_no, q.dataset_no) as group_no,
        a.as_at,
        q.received,
        -- what closed after the as-at date was open at it
        case when q.closed <= a.as_at then q.closed end as closed
    from request_rows(wanted_recipient, wanted_dataset) as q
    inner join facts.segments_in(wanted, types, tiers, routes, outcomes, by_name) as s on q.segment = s.segment
    inner join core.latest_register_answers as a on s.register = a.register and a.open_known
    where q.received <= a.as_at
),
moved as (
    select register, group_no, received as day, 0 as step, count(*) as n from kept group by all
    union all
    select register, group_no, received + 31, 31, count(*)
    from kept where received + 31 <= coalesce(closed, as_at) group by all
    union all
    select register, group_no, received + 61, 61, count(*)
    from kept where received + 61 <= coalesce(closed, as_at) group by all
    union all
    select register, group_no, received + 121, 121, count(*)
    from kept where received + 121 <= coalesce(closed, as_at) group by all
    union all
    select
        register, group_no, closed,
        case when closed <= received + 30 then -1 when closed <= received + 60 then -31 when closed <= received + 120 then -61 else -121 end,
        count(*)
    from kept where closed is not null group by all
)
select
    m.register,
    g.group_id,
    date_trunc('month', m.day)::date as month,
    coalesce(sum(n) filter (where step = 0), 0)::bigint as received,
    coalesce(sum(n) filter (where step = 31), 0)::bigint as reached_31,
    coalesce(sum(n) filter (where step = 61), 0)::bigint as reached_61,
    coalesce(sum(n) filter (where step = 121), 0)::bigint as reached_121,
    coalesce(sum(n) filter (where step < 0), 0)::bigint as closed,
    coalesce(sum(n) filter (where step = -1), 0)::bigint as closed_0_30,
    coalesce(sum(n) filter (where step = -31), 0)::bigint as closed_31_60,
    coalesce(sum(n) filter (where step = -61), 0)::bigint as closed_61_120
from moved as m
inner join facts.groups_named(wanted, types, tiers, routes, outcomes, by_name) as g
    on m.register = g.register and m.group_no = g.group_no
group by all;

-- Requests are not told apart here: each is one row, and its releases are no rows of their own.
create macro asked.counted_rows(
    wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient, wanted_dataset, by_name
) as table
with seen as (
    select
        segment, recipient_no, case when by_name = 'dataset' then dataset_no end as dataset_no,
        core.within_period(first_released, from_day, to_day) as released,
        case
            when from_day is null and to_day is null then first_day
            else least(
                core.within_period(received, from_day, to_day), core.within_period(decided, from_day, to_day),
                core.within_period(closed, from_day, to_day), core.within_period(refused, from_day, to_day),
                core.within_period(not_pursued, from_day, to_day), core.within_period(first_released, from_day, to_day)
            )
        end as first_day,
        case
            when from_day is null and to_day is null then last_day
            else greatest(
                core.within_period(received, from_day, to_day), core.within_period(decided, from_day, to_day),
                core.within_period(closed, from_day, to_day), core.within_period(refused, from_day, to_day),
                core.within_period(not_pursued, from_day, to_day), core.within_period(first_released, from_day, to_day)
            )
        end as last_day
    from request_rows(wanted_recipient, wanted_dataset)
    where (from_day is null or last_day >= from_day) and (to_day is null or first_day <= to_day)
)
select s.* exclude (segment), q.* exclude (segment)
from (
    select
        segment, recipient_no, dataset_no, count(*) as requests, count(released) as releases,
        min(first_day) as first_day, max(last_day) as last_day
    from seen where first_day is not null
    group by segment, recipient_no, dataset_no
) as q
inner join facts.segments_in(wanted, types, tiers, routes, outcomes, by_name) as s on q.segment = s.segment;

create macro asked.recipients_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, by_name
) as table
select
    c.register,
    g.group_id,
    sum(requests)::bigint as requests,
    sum(releases)::bigint as releases,
    count(distinct nullif(recipient_no, 0)) as recipients,
    min(first_day) as first_date,
    max(last_day) as last_date,
    string_agg(distinct nullif(published_type, ''), '; ' order by nullif(published_type, '')) as published_types
from (
    select *, facts.group_number(by_name, group_no, recipient_no, dataset_no) as number
    from asked.counted_rows(
        wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient, wanted_dataset, by_name
    )
) as c
inner join facts.groups_named(wanted, types, tiers, routes, outcomes, by_name) as g
    on c.register = g.register and c.number = g.group_no
group by all;

create macro asked.named_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset
) as table
select
    n.register,
    n.recipient_id,
    arg_max(recipient_type, (last_day, recipient_type)) as recipient_type,
    sum(requests)::bigint as requests,
    sum(releases)::bigint as releases
from asked.counted_rows(wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient, wanted_dataset, null) as c
inner join core.recipient_numbers as n on c.recipient_no = n.recipient_no
group by n.register, n.recipient_id;

-- The cases of one clock or all, each with the number of its group and the lengths in the unit asked for.
create macro facts.timed_rows(
    wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient, wanted_dataset, wanted_clock,
    wanted_basis, cohort_name, unit_name, by_name
) as table
select
    s.register,
    facts.group_number(by_name, s.group_no, q.recipient_no, q.dataset_no) as group_no,
    q.clock_no,
    q.basis_no,
    q.state,
    case when cohort_name = 'closed' then q.ended else q.started end as cohort_date,
    q.ended,
    case when unit_name = 'working' then q.working_days else q.days end as length,
    case when unit_name = 'working' then q.entry_working else q.entry end as enters
from spell_rows(wanted_recipient, wanted_dataset) as q
inner join facts.segments_in(wanted, types, tiers, routes, outcomes, by_name) as s on q.segment = s.segment
where (wanted_clock is null or q.clock_no = (select c.clock_no from core.clock_numbers as c where c.clock = wanted_clock))
    and (wanted_basis is null or q.basis_no = (select b.basis_no from core.basis_numbers as b where b.basis = wanted_basis))
    and (from_day is null or case when cohort_name = 'closed' then q.ended else q.started end >= from_day)
    and (to_day is null or case when cohort_name = 'closed' then q.ended else q.started end <= to_day);

create macro facts.risk_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name, interval_name, by_name
) as table
with watched as (
    from facts.timed_rows(
        wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient, wanted_dataset, wanted_clock,
        wanted_basis, cohort_name, unit_name, by_name
    )
    where state < 2 and (coalesce(cohort_name, 'received') = 'received' or state = 1) and (enters = 0 or length > enters)
)
select
    m.register, m.interval_start, g.group_id, c.clock, b.basis, m.day,
    sum(m.entered)::bigint as entered, sum(m.events)::bigint as events, sum(m.censored)::bigint as censored
from (
    select
        register, group_no, clock_no, basis_no, core.interval_start(interval_name, cohort_date) as interval_start,
        length as day, 0 as entered, sum(state) as events, count(*) - sum(state) as censored
    from watched group by all
    union all
    select
        register, group_no, clock_no, basis_no, core.interval_start(interval_name, cohort_date), enters, count(*), 0, 0
    from watched where enters > 0 group by all
) as m
inner join facts.groups_named(wanted, types, tiers, routes, outcomes, by_name) as g
    on m.register = g.register and m.group_no = g.group_no
inner join core.clock_numbers as c on m.clock_no = c.clock_no
left join core.basis_numbers as b on m.basis_no = b.basis_no
group by all;

create macro facts.cases_counted(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name, interval_name, by_name,
    target_days
) as table
select m.* exclude (group_no, clock_no, basis_no), g.group_id, c.clock, b.basis
from (
    select
        register, group_no, clock_no, basis_no,
        core.interval_start(interval_name, coalesce(cohort_date, ended)) as interval_start,
        count(*) filter (where state < 2 and (enters = 0 or length > enters)) as n,
        count(*) filter (where state = 1 and (enters = 0 or length > enters)) as events,
        count(*) filter (where state >= 2 or (enters > 0 and length <= enters)) as excluded,
        count(*) filter (where state = 3 or (state < 2 and enters > 0 and length <= enters)) as before_coverage,
        count(*) filter (where state < 2 and enters = 0) as from_start,
        count(*) filter (where state = 1 and enters = 0 and length <= target_days) as within,
        count(*) filter (where state < 2 and enters = 0 and length > target_days) as past
    from facts.timed_rows(
        wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient, wanted_dataset, wanted_clock,
        wanted_basis, cohort_name, unit_name, by_name
    )
    where coalesce(cohort_name, 'received') = 'received' or state <> 0
    group by all
) as m
inner join facts.groups_named(wanted, types, tiers, routes, outcomes, by_name) as g
    on m.register = g.register and m.group_no = g.group_no
inner join core.clock_numbers as c on m.clock_no = c.clock_no
left join core.basis_numbers as b on m.basis_no = b.basis_no;

-- By month: what a question whose period is of whole months needs, and no more.
create table core.monthly_flows as
select group_id::integer as segment, interval_start as month, * exclude (register, group_id, phase, interval_start)
from facts.flows_where(null, null, '*', null, null, null, null, null, null, null, null, null, 'month', 'segment');

create table core.monthly_ageing as
select group_id::integer as segment, * exclude (register, group_id)
from facts.ageing_where(null, null, '*', null, null, null, null, null, null, null, 'segment');

create macro monthly.flows_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, interval_name, by_name
) as table
select
    s.register,
    s.group_id,
    core.phase_of(f.month, from_day, to_day, interval_name) as phase,
    core.interval_start(interval_name, f.month) as interval_start,
    sum(received)::bigint as received,
    sum(decided)::bigint as decided,
    sum(closed)::bigint as closed,
    sum(refused)::bigint as refused,
    sum(not_pursued)::bigint as not_pursued,
    sum(first_released)::bigint as first_released,
    sum(released)::bigint as released,
    sum(excluded)::bigint as excluded,
    min(first_date) as first_date,
    max(last_date) as last_date
from core.monthly_flows as f
inner join facts.segments_in(wanted, types, tiers, routes, outcomes, by_name) as s on f.segment = s.segment
group by all;

create macro monthly.ageing_where(
    known_on, only_edition, wanted, types, tiers, routes, outcomes, wanted_recipient, wanted_reference, wanted_dataset,
    by_name
) as table
select
    s.register,
    s.group_id,
    month,
    sum(received)::bigint as received,
    sum(reached_31)::bigint as reached_31,
    sum(reached_61)::bigint as reached_61,
    sum(reached_121)::bigint as reached_121,
    sum(closed)::bigint as closed,
    sum(closed_0_30)::bigint as closed_0_30,
    sum(closed_31_60)::bigint as closed_31_60,
    sum(closed_61_120)::bigint as closed_61_120
from core.monthly_ageing as f
inner join facts.segments_in(wanted, types, tiers, routes, outcomes, by_name) as s on f.segment = s.segment
group by all;
