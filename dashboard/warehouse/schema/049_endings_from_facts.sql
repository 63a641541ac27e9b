-- purpose: the macros of 047_endings once more, adding up the facts of 048: the same numbers, sooner
-- parameters: none
-- result columns: none (creates macros in facts)
create macro facts.endings_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name, by_name
) as table
with counted as (
    select
        s.register,
        facts.group_number(by_name, s.group_no, q.recipient_no, q.dataset_no) as group_no,
        s.outcome,
        q.clock,
        q.basis,
        q.state = 1 as event,
        q.ended is not null as is_ended,
        case when unit_name = 'working' then q.working_days else q.days end as length,
        case when unit_name = 'working' then q.entry_working else q.entry end as enters,
        count(*) as n
    from spell_rows(wanted_recipient, wanted_dataset) as q
    inner join facts.segments_in(wanted, types, tiers, routes, outcomes, by_name) as s on q.segment = s.segment
    where q.state < 2
        and (wanted_clock is null or q.clock = try_cast(wanted_clock as core.clock_name))
        and (wanted_basis is null or q.basis = try_cast(wanted_basis as core.basis_name))
        and (from_day is null or case when cohort_name = 'closed' then q.ended else q.started end >= from_day)
        and (to_day is null or case when cohort_name = 'closed' then q.ended else q.started end <= to_day)
        and (coalesce(cohort_name, 'received') = 'received' or q.state = 1)
    group by all
),
named as (
    select
        m.register, g.group_id, m.clock::varchar as clock, m.basis::varchar as basis, m.length, m.enters, m.n,
        core.ended_as(m.clock::varchar, m.event, nullif(m.is_ended, false), m.outcome) as ended_as
    from counted as m
    inner join core.group_numbers as g
        on g.grouped_by = coalesce(by_name, 'all') and m.register = g.register and m.group_no = g.group_no
    where m.enters = 0 or m.length > m.enters
)
select
    register, group_id, clock, basis, day, ended_as as outcome,
    sum(entered)::bigint as entered, sum(ended)::bigint as ended, sum(censored)::bigint as censored
from (
    select
        register, group_id, clock, basis, length as day, ended_as, 0 as entered,
        case when ended_as is not null then n else 0 end as ended, case when ended_as is null then n else 0 end as censored
    from named
    union all
    select register, group_id, clock, basis, enters, null, n, 0, 0 from named where enters > 0
)
group by register, group_id, clock, basis, day, ended_as;

create macro facts.waits_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name, interval_name, by_name
) as table
select g.register, m.interval_start, g.group_id, m.clock::varchar as clock, m.basis::varchar as basis, m.open, m.least
from (
    select
        facts.group_number(by_name, s.group_no, q.recipient_no, q.dataset_no) as group_no,
        q.clock,
        q.basis,
        core.interval_start(interval_name, q.started) as interval_start,
        count(*) as open,
        min(case when unit_name = 'working' then q.working_days else q.days end) as least
    from spell_rows(wanted_recipient, wanted_dataset) as q
    inner join facts.segments_in(wanted, types, tiers, routes, outcomes, by_name) as s on q.segment = s.segment
    where q.state = 0 and q.ended is null and coalesce(cohort_name, 'received') = 'received'
        and (wanted_clock is null or q.clock = try_cast(wanted_clock as core.clock_name))
        and (wanted_basis is null or q.basis = try_cast(wanted_basis as core.basis_name))
        and (from_day is null or q.started >= from_day)
        and (to_day is null or q.started <= to_day)
        and case
            when unit_name = 'working' then q.entry_working = 0 or q.working_days > q.entry_working
            else q.entry = 0 or q.days > q.entry
        end
    group by all
) as m
inner join core.group_numbers as g on g.grouped_by = coalesce(by_name, 'all') and m.group_no = g.group_no;
