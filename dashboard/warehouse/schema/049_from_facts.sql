-- purpose: the macros of 047 once more, adding up the facts of 048: the same numbers, sooner
-- parameters: none
-- result columns: none (creates macros in facts and in schemas that narrow them)

-- The store puts the schemas in order, the narrowest that can answer first (dashboard/store.py); what none of them can
-- answer, `latest` does. docs/decisions/0019-facts-and-marts.md.

create macro facts.request_rows(wanted_recipient, wanted_dataset) as table from core.request_facts;
create macro facts.release_rows(wanted_recipient, wanted_dataset) as table from core.release_facts;
create macro facts.spell_rows(wanted_recipient, wanted_dataset) as table from core.spell_facts;
create macro facts.day_rows(wanted_recipient, wanted_dataset) as table from core.request_days;

-- One data set, one recipient, or both.
create macro facts.recipients_picked(wanted_recipient) as table
select recipient_no from core.recipient_picks where called = wanted_recipient;
create macro facts.datasets_picked(wanted_dataset) as table
select dataset_no from core.dataset_picks where called = wanted_dataset;

create macro of_dataset.request_rows(wanted_recipient, wanted_dataset) as table
from core.request_facts semi join facts.datasets_picked(wanted_dataset) using (dataset_no);
create macro of_dataset.release_rows(wanted_recipient, wanted_dataset) as table
from core.release_facts semi join facts.datasets_picked(wanted_dataset) using (dataset_no);
create macro of_dataset.spell_rows(wanted_recipient, wanted_dataset) as table
from core.spell_facts semi join facts.datasets_picked(wanted_dataset) using (dataset_no);
create macro of_dataset.day_rows(wanted_recipient, wanted_dataset) as table
from core.request_days semi join facts.datasets_picked(wanted_dataset) using (dataset_no);

create macro of_recipient.request_rows(wanted_recipient, wanted_dataset) as table
from core.request_facts semi join facts.recipients_picked(wanted_recipient) using (recipient_no);
create macro of_recipient.release_rows(wanted_recipient, wanted_dataset) as table
from core.release_facts semi join facts.recipients_picked(wanted_recipient) using (recipient_no);
create macro of_recipient.spell_rows(wanted_recipient, wanted_dataset) as table
from core.spell_facts semi join facts.recipients_picked(wanted_recipient) using (recipient_no);
create macro of_recipient.day_rows(wanted_recipient, wanted_dataset) as table
from core.request_days semi join facts.recipients_picked(wanted_recipient) using (recipient_no);

create macro of_both.request_rows(wanted_recipient, wanted_dataset) as table
from of_recipient.request_rows(wanted_recipient, null) semi join facts.datasets_picked(wanted_dataset) using (dataset_no);
create macro of_both.release_rows(wanted_recipient, wanted_dataset) as table
from of_recipient.release_rows(wanted_recipient, null) semi join facts.datasets_picked(wanted_dataset) using (dataset_no);
create macro of_both.spell_rows(wanted_recipient, wanted_dataset) as table
from of_recipient.spell_rows(wanted_recipient, null) semi join facts.datasets_picked(wanted_dataset) using (dataset_no);
create macro of_both.day_rows(wanted_recipient, wanted_dataset) as table
from of_recipient.day_rows(wanted_recipient, null) semi join facts.datasets_picked(wanted_dataset) using (dataset_no);

-- The segments that a question is about, each with the number of its group.
create macro facts.segments_in(wanted, types, tiers, routes, outcomes, by_name) as table
from core.segment_groups
where grouped_by = coalesce(by_name, 'all')
    and core.asked_about(wanted, register, by_default)
    and (types is null or list_contains(types, recipient_type))
    and (tiers is null or list_contains(tiers, tier))
    and (routes is null or list_contains(routes, route))
    and (outcomes is null or list_contains(outcomes, outcome));

create macro facts.group_number(by_name, group_no, recipient_no, dataset_no) as
case by_name
    when 'recipient' then recipient_no
    when 'dataset' then dataset_no
    when 'cell' then core.cell_number(group_no, dataset_no)
    else group_no
end;

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

-- What was asked and released in a period, by segment and recipient.
create macro asked.asker_cells(from_day, to_day, wanted_recipient, wanted_dataset, by_name) as table
select
    s.register, s.by_default, s.recipient_type, s.published_type, s.tier, s.route, s.outcome, s.legal_basis,
    q.recipient_no, n.recipient_id, d.dataset, q.requests, q.releases, q.first_day, q.last_day
from (
    select
        segment,
        recipient_no,
        case when by_name = 'dataset' then dataset_no end as dataset_no,
        -- on the last of its days in the period
        count(*) filter (where coalesce(next_day > to_day, next_day is null)) as requests,
        count(*) filter (where is_release) as releases,
        min(day) as first_day,
        max(day) as last_day
    from day_rows(wanted_recipient, wanted_dataset)
    where (from_day is null or day >= from_day) and (to_day is null or day <= to_day)
    group by all
) as q
inner join (from core.segment_groups where grouped_by = 'all') as s on q.segment = s.segment
left join core.recipient_numbers as n on q.recipient_no = n.recipient_no
left join core.dataset_numbers as d on q.dataset_no = d.dataset_no;

create macro asked.recipients_where(
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
        core.group_of(by_name, recipient_type, tier, route, outcome, recipient_id, dataset, legal_basis) as group_id,
        recipient_no,
        sum(requests) as requests,
        sum(releases) as releases,
        min(first_day) as first_day,
        max(last_day) as last_day,
        list(nullif(published_type, '')) as published_types
    from asker_cells(from_day, to_day, wanted_recipient, wanted_dataset, by_name)
    where core.asked_about(wanted, register, by_default)
        and (types is null or list_contains(types, recipient_type))
        and (tiers is null or list_contains(tiers, tier))
        and (routes is null or list_contains(routes, route))
        and (outcomes is null or list_contains(outcomes, outcome))
    group by all
)
group by register, group_id;

create macro asked.named_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset
) as table
select
    register,
    recipient_id,
    arg_max(recipient_type, (last_day, recipient_type)) as recipient_type,
    sum(requests)::bigint as requests,
    sum(releases)::bigint as releases
from asker_cells(from_day, to_day, wanted_recipient, wanted_dataset, null)
where recipient_no > 0
    and core.asked_about(wanted, register, by_default)
    and (types is null or list_contains(types, recipient_type))
    and (tiers is null or list_contains(tiers, tier))
    and (routes is null or list_contains(routes, route))
    and (outcomes is null or list_contains(outcomes, outcome))
group by register, recipient_id;

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

-- The cases of one clock or all, added up by all that says how they count.
create macro facts.timed_rows(
    wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient, wanted_dataset, wanted_clock,
    wanted_basis, cohort_name, unit_name, interval_name, by_name
) as table
select
    *,
    case
        when state = 3 or (state < 2 and enters > 0 and length <= enters) then 6
        when state = 2 then 5
        when enters > 0 then 4 - state
        else 2 - state
    end::utinyint as kind
from (
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
    group by all
);

create macro facts.risk_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name, interval_name, by_name
) as table
with timed as (
    from timed_rows(
        wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient, wanted_dataset, wanted_clock,
        wanted_basis, cohort_name, unit_name, interval_name, by_name
    )
)
select
    g.register, m.interval_start, g.group_id, m.clock::varchar as clock, m.basis::varchar as basis, m.kind, m.day,
    sum(m.cases)::bigint as cases
from (
    select group_no, interval_start, clock, basis, kind, case when kind < 5 then length end as day, cases from timed
    union all
    select group_no, interval_start, clock, basis, 0::utinyint, enters, cases from timed where kind in (3, 4)
) as m
inner join core.group_numbers as g on g.grouped_by = coalesce(by_name, 'all') and m.group_no = g.group_no
group by all;

create macro facts.wait_rows(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name
) as table
select s.register, q.reference, q.started, q.days, q.censored as open
from spell_rows(wanted_recipient, wanted_dataset) as q
inner join facts.segments_in(wanted, types, tiers, routes, outcomes, null) as s on q.segment = s.segment
where q.waited
    and (wanted_clock is null or q.clock = try_cast(wanted_clock as core.clock_name))
    and (wanted_basis is null or q.basis = try_cast(wanted_basis as core.basis_name))
    and (from_day is null or case when cohort_name = 'closed' then q.ended else q.started end >= from_day)
    and (to_day is null or case when cohort_name = 'closed' then q.ended else q.started end <= to_day);
