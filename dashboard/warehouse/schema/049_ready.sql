-- purpose: answers about the whole of a register, ready made: what most pages ask first
-- parameters: none
-- result columns: none (creates tables in core, and macros in the schemas named below)

-- A query of a table with what is asked in it takes half a millisecond; to group the marts takes two, most of it planning.
-- `asked_unfiltered`: nothing is asked but the register, and how to group it. `asked_one_group` and `one_group`: of all, or
-- of one type or tier, the largest recipients, and the cases on a clock as the lists that are computed from (of each type
-- and tier, too), in order, so that the same inputs make the same tables. `called` and `called_by_month`: one data set and
-- nothing else.

-- Whether a group is what is asked for: one type or tier alone, or each of those it is grouped by.
create macro core.stands_for(grouped_by, group_id, types, tiers, by_name) as
grouped_by = case when types is not null then 'type' when tiers is not null then 'tier' else coalesce(by_name, 'all') end
and group_id = coalesce(types[1], tiers[1], group_id);

-- Where no releases are listed, one request has one row.
create table core.recipient_groups as
select * replace (list_sort(published_types) as published_types)
from (
    select 'all' as grouped_by, *
    from asked.recipients_where(null, null, '*', null, null, null, null, null, null, null, null, null, 'all')
    union all
    select 'type' as grouped_by, *
    from asked.recipients_where(null, null, '*', null, null, null, null, null, null, null, null, null, 'type')
    union all
    select 'tier' as grouped_by, *
    from asked.recipients_where(null, null, '*', null, null, null, null, null, null, null, null, null, 'tier')
);

create macro asked_unfiltered.recipients_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, by_name
) as table
select g.* exclude (grouped_by)
from core.recipient_groups as g
semi join core.registers_in(wanted) as r on g.register = r.register
where g.grouped_by = by_name;

-- `place` by releases and by requests, among all, those of each type and those of each tier.
create table core.ranked_recipients as
with named as (
    select
        q.register, q.by_default, q.recipient_id, g.grouped_by, g.group_id,
        arg_max(q.recipient_type, (q.last_day, q.recipient_type)) as recipient_type,
        sum(q.requests)::bigint as requests,
        sum(q.releases)::bigint as releases
    from core.askers as q
    cross join lateral (values ('all', 'all'), ('type', q.recipient_type), ('tier', q.tier)) as g (grouped_by, group_id)
    where q.recipient_no > 0 and q.requests > 0
    group by all
)
select
    n.register, n.by_default, n.grouped_by, n.group_id, w.weighed_by, n.recipient_id, f.recipient, n.recipient_type,
    n.requests, n.releases, (sum(w.weight) over ranked)::bigint as total, count(*) over ranked as recipients,
    row_number() over (ranked order by w.weight desc, n.recipient_id) as place, f.parent_recipient, f.former_names
from named as n
cross join lateral (values ('requests', n.requests), ('releases', n.releases)) as w (weighed_by, weight)
left join core.recipient_facts as f on n.register = f.register and n.recipient_id = f.recipient_id
window ranked as (partition by n.register, n.grouped_by, n.group_id, w.weighed_by)
order by n.grouped_by, n.group_id, w.weighed_by, n.register, place;

create macro asked_one_group.ranked_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, by_requests, most
) as table
select
    register, recipient, recipient_type, requests, releases, total, recipients, recipient_id, parent_recipient, former_names,
    place
from core.ranked_recipients
where core.stands_for(grouped_by, group_id, types, tiers, null)
    and place <= coalesce(most, 20)
    and weighed_by = case when list_contains(by_requests, register) then 'requests' else 'releases' end
    and core.asked_about(wanted, register, by_default);

-- The same as `asked` gives (049_from_facts) of the whole time, by type and tier: to allow for whatever else can be asked
-- is half of the planning.
create macro asked_whole.recipients_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, by_name
) as table
select
    register,
    group_id,
    sum(requests)::bigint as requests,
    sum(releases)::bigint as releases,
    count(*) filter (where recipient_no > 0) as recipients,
    min(first_day) as first_date,
    max(last_day) as last_date,
    list_distinct(flatten(list(published_types))) as published_types
from (
    select
        register,
        case by_name when 'type' then recipient_type when 'tier' then tier else 'all' end as group_id,
        recipient_no,
        sum(requests) as requests,
        sum(releases) as releases,
        min(first_day) as first_day,
        max(last_day) as last_day,
        list(nullif(published_type, '')) as published_types
    from core.askers
    where requests > 0
        and core.asked_about(wanted, register, by_default)
        and (types is null or list_contains(types, recipient_type))
        and (tiers is null or list_contains(tiers, tier))
    group by all
)
group by register, group_id;

create macro asked_whole.named_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset
) as table
select
    register,
    recipient_id,
    arg_max(recipient_type, (last_day, recipient_type)) as recipient_type,
    sum(requests)::bigint as requests,
    sum(releases)::bigint as releases
from core.askers
where recipient_no > 0
    and requests > 0
    and core.asked_about(wanted, register, by_default)
    and (types is null or list_contains(types, recipient_type))
    and (tiers is null or list_contains(tiers, tier))
group by register, recipient_id;

-- One data set, or part of one, by month.
create table core.called_flows as
select
    p.called, f.register, f.by_default, f.month,
    sum(f.received)::bigint as received, sum(f.decided)::bigint as decided, sum(f.closed)::bigint as closed,
    sum(f.refused)::bigint as refused, sum(f.not_pursued)::bigint as not_pursued,
    sum(f.first_released)::bigint as first_released, sum(f.released)::bigint as released,
    sum(f.excluded)::bigint as excluded,
    min(f.first_date) as first_date, max(f.last_date) as last_date
from core.dataset_flows as f
inner join core.dataset_picks as p on f.dataset_no = p.dataset_no
group by all
order by p.called, f.register, f.month;

create macro called_by_month.flows_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, interval_name, by_name
) as table
select
    register, 'all' as group_id, core.phase_of(month, from_day, to_day, interval_name) as phase, month as interval_start,
    received, decided, closed, refused, not_pursued, first_released, released, excluded, first_date, last_date
from core.called_flows
where called = wanted_dataset and core.asked_about(wanted, register, by_default);

create table core.called_ageing as
select
    p.called, f.register, f.by_default, f.month,
    sum(f.received)::bigint as received, sum(f.reached_31)::bigint as reached_31, sum(f.reached_61)::bigint as reached_61,
    sum(f.reached_121)::bigint as reached_121, sum(f.closed)::bigint as closed, sum(f.closed_0_30)::bigint as closed_0_30,
    sum(f.closed_31_60)::bigint as closed_31_60, sum(f.closed_61_120)::bigint as closed_61_120
from core.dataset_ageing as f
inner join core.dataset_picks as p on f.dataset_no = p.dataset_no
group by all
order by p.called, f.register, f.month;

create macro called.ageing_where(
    known_on, only_edition, wanted, types, tiers, routes, outcomes, wanted_recipient, wanted_reference, wanted_dataset,
    by_name
) as table
select
    register, 'all' as group_id, month, received, reached_31, reached_61, reached_121, closed, closed_0_30, closed_31_60,
    closed_61_120
from core.called_ageing
where called = wanted_dataset and core.asked_about(wanted, register, by_default);

-- One row a group, clock and basis: of all, of each type and of each tier.
create table core.risk_groups as
select
    register, by_default, grouped_by, group_id, clock, basis, unit,
    list(kind order by kind, day) as kinds, list(coalesce(day, -1) order by kind, day) as days,
    list(cases order by kind, day) as cases
from (
    select g.grouped_by, g.group_id, q.register, q.by_default, q.clock, q.basis, q.unit, q.kind, q.day, sum(q.cases)::integer as cases
    from core.slim_risk as q
    cross join lateral (values ('all', 'all'), ('type', q.recipient_type), ('tier', q.tier)) as g (grouped_by, group_id)
    group by all
)
group by all
order by clock, unit, grouped_by;

create macro one_group.risk_lists(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name, interval_name, by_name
) as table
select
    register, null::date as interval_start, case when by_name is null then 'all' else group_id end as group_id, clock, basis,
    kinds, days, cases
from core.risk_groups
where core.stands_for(grouped_by, group_id, types, tiers, by_name)
    and unit = coalesce(unit_name, 'calendar')
    and clock = coalesce(wanted_clock, clock)
    and core.asked_about(wanted, register, by_default)
    and (wanted_basis is null or basis = wanted_basis);

-- How they ended, in the same way: see `endings_where`. The outcome of those that enter or are still open is ''.
create table core.ending_groups as
select
    register, by_default, grouped_by, group_id, clock, basis, unit,
    list(day order by day, outcome) as days, list(outcome order by day, outcome) as endings,
    list(entered order by day, outcome) as entered, list(ended order by day, outcome) as ended,
    list(censored order by day, outcome) as censored
from (
    select
        g.grouped_by, g.group_id, q.register, q.by_default, q.clock, q.basis, q.unit, q.day, coalesce(q.outcome, '') as outcome,
        sum(q.entered)::bigint as entered, sum(q.ended)::bigint as ended, sum(q.censored)::bigint as censored
    from core.slim_endings as q
    cross join lateral (values ('all', 'all'), ('type', q.recipient_type), ('tier', q.tier)) as g (grouped_by, group_id)
    group by all
)
group by all
order by clock, unit, grouped_by;

create macro one_group.ending_lists(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name, by_name
) as table
select
    register, case when by_name is null then 'all' else group_id end as group_id, clock, basis, days, endings, entered,
    ended, censored
from core.ending_groups
where core.stands_for(grouped_by, group_id, types, tiers, by_name)
    and unit = coalesce(unit_name, 'calendar')
    and clock = coalesce(wanted_clock, clock)
    and core.asked_about(wanted, register, by_default)
    and (wanted_basis is null or basis = wanted_basis);
