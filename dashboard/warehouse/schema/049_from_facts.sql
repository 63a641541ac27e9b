-- purpose: the macros of 047 once more, adding up the facts of 048: the same numbers, sooner
-- parameters: none
-- result columns: none (creates macros in facts, picked, asked and monthly, and the tables by month)

-- The store puts the schemas in order, the narrowest that can answer first (dashboard/store.py): `monthly` where the
-- period is of whole months, `whole` where it is of the whole time, `asked` where requests need not be told apart, `picked` where one recipient or data set is
-- asked for. What none of them can answer, `latest` does. docs/decisions/0019-facts-and-marts.md.

create macro facts.request_rows(wanted_recipient, wanted_dataset) as table from core.request_facts;
create macro facts.release_rows(wanted_recipient, wanted_dataset) as table from core.release_facts;
create macro facts.spell_rows(wanted_recipient, wanted_dataset) as table from core.spell_facts;

create macro picked.recipients_picked(wanted_recipient) as table
select recipient_no from core.recipient_numbers where wanted_recipient is null
union all
select distinct -segment from core.segments where wanted_recipient is null
union all
select n.recipient_no
from core.recipient_numbers as n
inner join core.recipients_called(wanted_recipient) as c on n.register = c.register and n.recipient_id = c.recipient_id;

create macro picked.datasets_picked(wanted_dataset) as table
select dataset_no from core.dataset_numbers where wanted_dataset is null or dataset = wanted_dataset
union all
select distinct -segment from core.segments where wanted_dataset is null
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

-- The segments that a question is about, each with the number of its group.
create macro facts.segments_in(wanted, types, tiers, routes, outcomes, by_name) as table
from core.segment_groups
where grouped_by = coalesce(by_name, 'all')
    and (register = wanted or (wanted is null and by_default) or wanted = '*')
    and (types is null or list_contains(types, recipient_type))
    and (tiers is null or list_contains(tiers, tier))
    and (routes is null or list_contains(routes, route))
    and (outcomes is null or list_contains(outcomes, outcome));

create macro facts.group_number(by_name, group_no, recipient_no, dataset_no) as
case by_name when 'recipient' then recipient_no when 'dataset' then dataset_no else group_no end;

-- How many of each kind happened on each day, by group. Rows are grouped by their days themselves: rolling days up
-- afterwards costs less than working out the month of every row, and the days on which a request ends are mostly one.
create macro facts.flow_days(wanted, types, tiers, routes, outcomes, wanted_recipient, wanted_dataset, by_name) as table
with kept as (
    select
        facts.group_number(by_name, s.group_no, q.recipient_no, q.dataset_no) as group_no,
        q.received, q.is_excluded, q.excluded, q.decided, q.closed, q.refused, q.not_pursued, q.first_released
    from request_rows(wanted_recipient, wanted_dataset) as q
    inner join facts.segments_in(wanted, types, tiers, routes, outcomes, by_name) as s on q.segment = s.segment
)
select group_no, n, unnest([
    {kind: 'received', day: received, counts: received is not null},
    {kind: 'excluded', day: excluded, counts: is_excluded}
], recursive := true)
from (select group_no, received, is_excluded, excluded, count(*) as n from kept group by all)
union all
select group_no, n, unnest([
    {kind: 'decided', day: decided, counts: decided is not null},
    {kind: 'closed', day: closed, counts: closed is not null},
    {kind: 'refused', day: refused, counts: refused is not null},
    {kind: 'not_pursued', day: not_pursued, counts: not_pursued is not null},
    {kind: 'first_released', day: first_released, counts: first_released is not null}
], recursive := true)
from (
    select group_no, decided, closed, refused, not_pursued, first_released, count(*) as n from kept group by all
)
union all
select
    facts.group_number(by_name, s.group_no, q.recipient_no, q.dataset_no), count(*), 'released', q.released, true
from release_rows(wanted_recipient, wanted_dataset) as q
inner join facts.segments_in(wanted, types, tiers, routes, outcomes, by_name) as s on q.segment = s.segment
group by all;

create macro facts.flows_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, interval_name, by_name
) as table
select
    g.register,
    g.group_id,
    core.phase_of(f.day, from_day, to_day, interval_name) as phase,
    core.interval_start(interval_name, f.day) as interval_start,
    coalesce(sum(f.n) filter (where f.kind = 'received'), 0)::bigint as received,
    coalesce(sum(f.n) filter (where f.kind = 'decided'), 0)::bigint as decided,
    coalesce(sum(f.n) filter (where f.kind = 'closed'), 0)::bigint as closed,
    coalesce(sum(f.n) filter (where f.kind = 'refused'), 0)::bigint as refused,
    coalesce(sum(f.n) filter (where f.kind = 'not_pursued'), 0)::bigint as not_pursued,
    coalesce(sum(f.n) filter (where f.kind = 'first_released'), 0)::bigint as first_released,
    -- where no releases are listed, the first of each request is the only one known
    coalesce(
        sum(f.n) filter (
            where f.kind = 'released' or (f.kind = 'first_released' and g.released_known and not g.lists_releases)
        ), 0
    )::bigint as released,
    coalesce(sum(f.n) filter (where f.kind = 'excluded'), 0)::bigint as excluded,
    min(f.day) as first_date,
    max(f.day) as last_date
from facts.flow_days(wanted, types, tiers, routes, outcomes, wanted_recipient, wanted_dataset, by_name) as f
inner join core.group_numbers as g on g.grouped_by = coalesce(by_name, 'all') and f.group_no = g.group_no
where f.counts
    and case f.kind
        when 'received' then g.received_known
        when 'decided' then g.decided_known
        when 'closed' then g.closed_known
        when 'refused' then g.refused_known
        when 'not_pursued' then g.not_pursued_known
        when 'first_released' then g.first_released_known
        when 'released' then g.released_known
        else g.excluded_known
    end
group by all;

-- The number open and its ages: see `core.moves`.
create macro facts.ageing_where(
    known_on, only_edition, wanted, types, tiers, routes, outcomes, wanted_recipient, wanted_reference, wanted_dataset,
    by_name
) as table
with kept as (
    select
        facts.group_number(by_name, s.group_no, q.recipient_no, q.dataset_no) as group_no,
        q.received,
        -- what closed after the as-at date was open at it
        case when q.closed <= s.as_at then q.closed end as closed,
        coalesce(case when q.closed <= s.as_at then q.closed end, s.as_at) - q.received as waited
    from request_rows(wanted_recipient, wanted_dataset) as q
    inner join facts.segments_in(wanted, types, tiers, routes, outcomes, by_name) as s on q.segment = s.segment
    where s.open_known and not s.survivors_only and q.received <= s.as_at
),
came as (
    select
        group_no, received, count(*) as came, count(*) filter (where waited >= 31) as reached_31,
        count(*) filter (where waited >= 61) as reached_61, count(*) filter (where waited >= 121) as reached_121
    from kept group by group_no, received
),
moved as (
    select
        group_no, day, came, reached_31, reached_61, reached_121, 0 as closed, 0 as closed_0_30, 0 as closed_31_60,
        0 as closed_61_120
    from (
        select group_no, unnest([
            {day: received, came: came, reached_31: 0, reached_61: 0, reached_121: 0},
            {day: received + 31, came: 0, reached_31: reached_31, reached_61: 0, reached_121: 0},
            {day: received + 61, came: 0, reached_31: 0, reached_61: reached_61, reached_121: 0},
            {day: received + 121, came: 0, reached_31: 0, reached_61: 0, reached_121: reached_121}
        ], recursive := true)
        from came
    )
    where came + reached_31 + reached_61 + reached_121 > 0
    union all
    select
        group_no, closed, 0, 0, 0, 0, count(*), count(*) filter (where waited <= 30),
        count(*) filter (where waited between 31 and 60), count(*) filter (where waited between 61 and 120)
    from kept where closed is not null group by group_no, closed
)
select
    g.register,
    g.group_id,
    date_trunc('month', m.day)::date as month,
    sum(m.came)::bigint as received,
    sum(m.reached_31)::bigint as reached_31,
    sum(m.reached_61)::bigint as reached_61,
    sum(m.reached_121)::bigint as reached_121,
    sum(m.closed)::bigint as closed,
    sum(m.closed_0_30)::bigint as closed_0_30,
    sum(m.closed_31_60)::bigint as closed_31_60,
    sum(m.closed_61_120)::bigint as closed_61_120
from moved as m
inner join core.group_numbers as g on g.grouped_by = coalesce(by_name, 'all') and m.group_no = g.group_no
group by all;

-- Requests are not told apart here: each is one row, and its releases are no rows of their own.
create macro asked.asked_rows(from_day, to_day, wanted_recipient, wanted_dataset, by_name) as table
select
    segment, recipient_no, dataset_no, count(*) as requests, count(released) as releases, min(first_day) as first_day,
    max(last_day) as last_day
from (
    select
        segment, recipient_no, case when by_name = 'dataset' then dataset_no end as dataset_no,
        core.within_period(first_released, from_day, to_day) as released,
        case
            when from_day is null or request_facts.first_day >= from_day then request_facts.first_day
            else least(
                core.within_period(received, from_day, to_day), core.within_period(decided, from_day, to_day),
                core.within_period(closed, from_day, to_day), core.within_period(refused, from_day, to_day),
                core.within_period(not_pursued, from_day, to_day), core.within_period(first_released, from_day, to_day)
            )
        end as first_day,
        case
            when to_day is null or request_facts.last_day <= to_day then request_facts.last_day
            else greatest(
                core.within_period(received, from_day, to_day), core.within_period(decided, from_day, to_day),
                core.within_period(closed, from_day, to_day), core.within_period(refused, from_day, to_day),
                core.within_period(not_pursued, from_day, to_day), core.within_period(first_released, from_day, to_day)
            )
        end as last_day
    from request_rows(wanted_recipient, wanted_dataset) as request_facts
    where request_facts.first_day is not null
        and (from_day is null or request_facts.last_day >= from_day) and (to_day is null or request_facts.first_day <= to_day)
)
-- a request may have days before the period and after it, and none in it
where first_day is not null and last_day is not null
group by segment, recipient_no, dataset_no;

create macro whole.asked_rows(from_day, to_day, wanted_recipient, wanted_dataset, by_name) as table
select *, null::integer as dataset_no from core.asked_facts;

create macro asked.recipients_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, by_name
) as table
select
    g.register,
    g.group_id,
    sum(c.requests)::bigint as requests,
    sum(c.releases)::bigint as releases,
    count(*) filter (where c.recipient_no > 0) as recipients,
    min(c.first_day) as first_date,
    max(c.last_day) as last_date,
    nullif(array_to_string(list_sort(list_distinct(flatten(list(c.published_types)))), '; '), '') as published_types
from (
    select
        facts.group_number(by_name, s.group_no, q.recipient_no, q.dataset_no) as group_no,
        q.recipient_no,
        sum(q.requests) as requests,
        sum(q.releases) as releases,
        min(q.first_day) as first_day,
        max(q.last_day) as last_day,
        list(nullif(s.published_type, '')) filter (where s.published_type <> '') as published_types
    from asked_rows(from_day, to_day, wanted_recipient, wanted_dataset, by_name) as q
    inner join facts.segments_in(wanted, types, tiers, routes, outcomes, by_name) as s on q.segment = s.segment
    group by all
) as c
inner join core.group_numbers as g on g.grouped_by = coalesce(by_name, 'all') and c.group_no = g.group_no
group by g.register, g.group_id;

create macro asked.named_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset
) as table
select
    n.register,
    n.recipient_id,
    arg_max(s.recipient_type, (q.last_day, s.recipient_type)) as recipient_type,
    sum(q.requests)::bigint as requests,
    sum(q.releases)::bigint as releases
from asked_rows(from_day, to_day, wanted_recipient, wanted_dataset, null) as q
inner join facts.segments_in(wanted, types, tiers, routes, outcomes, null) as s on q.segment = s.segment
inner join core.recipient_numbers as n on q.recipient_no = n.recipient_no
group by n.register, n.recipient_id;

-- Where no releases are listed, the first of each request is the only one known.
create macro facts.recipient_counts(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, interval_name, by_name
) as table
with segments as (
    select s.*, k.kind
    from facts.segments_in(wanted, types, tiers, routes, outcomes, by_name) as s
    inner join latest.counted_of_recipients(null, null) as k on s.register = k.register
),
days as (
    select
        facts.group_number(by_name, s.group_no, q.recipient_no, q.dataset_no) as group_no,
        q.recipient_no,
        case s.kind when 'received' then q.received when 'decided' then q.decided else q.first_released end as day
    from request_rows(wanted_recipient, wanted_dataset) as q
    inner join segments as s on q.segment = s.segment and (s.kind <> 'released' or not s.lists_releases)
    union all
    select facts.group_number(by_name, s.group_no, q.recipient_no, q.dataset_no), q.recipient_no, q.released
    from release_rows(wanted_recipient, wanted_dataset) as q
    inner join segments as s on q.segment = s.segment and s.kind = 'released' and s.lists_releases
)
select g.register, g.group_id, c.interval_start, n.recipient_id, c.counted, c.first_day, c.last_day
from (
    select
        group_no, recipient_no, core.interval_start(interval_name, day) as interval_start, count(*) as counted,
        min(day) as first_day, max(day) as last_day
    from days
    where core.within_period(day, from_day, to_day) is not null
    group by all
) as c
inner join core.recipient_numbers as n on c.recipient_no = n.recipient_no
inner join core.group_numbers as g on g.grouped_by = coalesce(by_name, 'all') and c.group_no = g.group_no;

-- The cases of one clock or all, added up by all that says how they count: the state, the length and when they enter.
create macro facts.timed_rows(
    wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient, wanted_dataset, wanted_clock,
    wanted_basis, cohort_name, unit_name, interval_name, by_name
) as table
select
    facts.group_number(by_name, s.group_no, q.recipient_no, q.dataset_no) as group_no,
    q.clock,
    q.basis,
    q.state,
    core.interval_start(interval_name, case when cohort_name = 'closed' then q.ended else coalesce(q.started, q.ended) end) as interval_start,
    case when unit_name = 'working' then q.working_days else q.days end as length,
    case when unit_name = 'working' then q.entry_working else q.entry end as enters,
    count(*) as cases
from spell_rows(wanted_recipient, wanted_dataset) as q
inner join facts.segments_in(wanted, types, tiers, routes, outcomes, by_name) as s on q.segment = s.segment
where (wanted_clock is null or q.clock = try_cast(wanted_clock as core.clock_name))
    and (wanted_basis is null or q.basis = try_cast(wanted_basis as core.basis_name))
    and (from_day is null or case when cohort_name = 'closed' then q.ended else q.started end >= from_day)
    and (to_day is null or case when cohort_name = 'closed' then q.ended else q.started end <= to_day)
    -- cases by the date they closed: those that did, and those left out
    and (coalesce(cohort_name, 'received') = 'received' or q.state <> 0)
group by all;

-- The same of the whole time, from cases added up by type and tier.
create macro whole.timed_rows(
    wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient, wanted_dataset, wanted_clock,
    wanted_basis, cohort_name, unit_name, interval_name, by_name
) as table
select
    s.group_no,
    q.clock,
    q.basis,
    q.state,
    null::date as interval_start,
    case when unit_name = 'working' then q.working_days else q.days end as length,
    case when unit_name = 'working' then q.entry_working else q.entry end as enters,
    sum(q.cases)::bigint as cases
from core.length_facts as q
inner join facts.segments_in(wanted, types, tiers, null, null, by_name) as s on q.segment = s.segment
where (wanted_clock is null or q.clock = try_cast(wanted_clock as core.clock_name))
    and (wanted_basis is null or q.basis = try_cast(wanted_basis as core.basis_name))
    and (coalesce(cohort_name, 'received') = 'received' or q.state <> 0)
group by all;

create macro facts.risk_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name, interval_name, by_name
) as table
select
    g.register, m.interval_start, g.group_id, m.clock::varchar as clock, m.basis::varchar as basis, m.day,
    sum(m.entered)::bigint as entered, sum(m.events)::bigint as events, sum(m.censored)::bigint as censored
from (
    select
        group_no, clock, basis, interval_start,
        unnest(
            case
                when enters > 0 then [
                    {day: length, entered: 0, events: cases * state, censored: cases * (1 - state)},
                    {day: enters, entered: cases, events: 0, censored: 0}
                ]
                else [{day: length, entered: 0, events: cases * state, censored: cases * (1 - state)}]
            end,
            recursive := true
        )
    from (
        select * replace (state::bigint as state)
        from timed_rows(
            wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient, wanted_dataset, wanted_clock,
            wanted_basis, cohort_name, unit_name, interval_name, by_name
        )
        where state < 2 and (enters = 0 or length > enters)
    )
) as m
inner join core.group_numbers as g on g.grouped_by = coalesce(by_name, 'all') and m.group_no = g.group_no
group by all;

create macro facts.cases_counted(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name, interval_name, by_name,
    target_days
) as table
select
    g.register, m.interval_start, g.group_id, m.clock::varchar as clock, m.basis::varchar as basis,
    coalesce(sum(cases) filter (where state < 2 and (enters = 0 or length > enters)), 0)::bigint as n,
    coalesce(sum(cases) filter (where state = 1 and (enters = 0 or length > enters)), 0)::bigint as events,
    coalesce(sum(cases) filter (where state >= 2 or (enters > 0 and length <= enters)), 0)::bigint as excluded,
    coalesce(sum(cases) filter (where state = 3 or (state < 2 and enters > 0 and length <= enters)), 0)::bigint as before_coverage,
    coalesce(sum(cases) filter (where state < 2 and enters = 0), 0)::bigint as from_start,
    coalesce(sum(cases) filter (where state = 1 and enters = 0 and length <= target_days), 0)::bigint as within,
    coalesce(sum(cases) filter (where state < 2 and enters = 0 and length > target_days), 0)::bigint as past
from timed_rows(
    wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient, wanted_dataset, wanted_clock,
    wanted_basis, cohort_name, unit_name, interval_name, by_name
) as m
inner join core.group_numbers as g on g.grouped_by = coalesce(by_name, 'all') and m.group_no = g.group_no
group by all;

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

-- The same as in 047, with the flows that `volumes` adds up.
create macro facts.stock_and_flow(known_on, only_edition) as table
with usable as (
    select
        q.register, q.recipient_type, coalesce(q.tier, 'not_published') as tier, coalesce(q.route, 'not_published') as route,
        q.outcome, coalesce(q.legal_basis, 'not_published') as legal_basis, a.as_at,
        date_trunc('month', q.received_date)::timestamp as came,
        -- the last month at whose end it is open
        (date_trunc('month', coalesce(q.closed_date, greatest(a.as_at, q.received_date) + interval 1 month)) - interval 1 month)::timestamp as stayed
    from requests_as(known_on, only_edition) as q
    inner join register_answers(known_on, only_edition) as a on q.register = a.register and a.open_known
    where not q.selected and q.excluded_rule is null
),
moves as (
    select * exclude (stock, as_at), stock as gap from (
        select register, recipient_type, tier, route, outcome, legal_basis, as_at, month::date as month, count(*) as stock
        from (select *, unnest(generate_series(came, stayed, interval 1 month)) as month from usable where came <= stayed)
        group by all
    )
    union all by name
    select * exclude (stock), -stock as gap from (
        select register, recipient_type, tier, route, outcome, legal_basis, (month + interval 1 month)::date as month, count(*) as stock
        from (select *, unnest(generate_series(came, stayed, interval 1 month)) as month from usable where came <= stayed)
        group by all
    )
    union all by name
    select
        s.register, s.recipient_type, s.tier, s.route, s.outcome, s.legal_basis, f.month,
        sum(f.closed - f.received) as gap
    from core.monthly_flows as f inner join core.segments as s on f.segment = s.segment
    where f.received + f.closed > 0
    group by all
)
select m.register, m.recipient_type, m.tier, m.route, m.outcome, m.legal_basis, m.month, -sum(m.gap)::bigint as gap
from moves as m
inner join register_answers(known_on, only_edition) as a on m.register = a.register and a.open_known
-- what the as-at date has not seen cannot be checked
where m.month <= a.as_at
group by all;
