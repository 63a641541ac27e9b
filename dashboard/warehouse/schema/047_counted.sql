-- purpose: what the measures count, added up: flows, ages of open requests, recipients, cases on clocks
-- parameters: none
-- result columns: none (creates macros in the current schema: run once in as_known and once in latest)

-- These add up the rows that `--rows` lists. Other schemas hold macros of the same names that add up the same rows
-- from narrower tables (049); a check and tests hold them to these (docs/decisions/0019-facts-and-marts.md).

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
from requests_where(
    known_on, only_edition, wanted, types, tiers, routes, outcomes, wanted_recipient, wanted_reference, wanted_dataset, null
) as q
inner join register_answers(known_on, only_edition) as a
    on q.register = a.register and a.open_known and not a.survivors_only
where not q.selected and q.received <= a.as_at;

-- Those of them that are open at the as-at date, by age: `place` 1 has been open longest. What closed after it was open
-- at it.
create macro open_requests(known_on, only_edition) as table
select
    q.register, q.reference, q.recipient, q.recipient_id, q.recipient_type, q.tier, q.route, q.dataset, q.outcome, q.received,
    q.as_at, e.edition, e.sheet, e.sheet_row, -- the last that says anything of it
    row_number() over (partition by q.register order by q.received, q.reference) as place,
    q.as_at - q.received as age_days, w2.working_day_number - w1.working_day_number as age_working_days
from waiting_where(known_on, only_edition, '*', null, null, null, null, null, null, null) as q
inner join staging.entries as e on q.entry_id = e.entry_id
left join reference.calendar as w1 on q.received = w1.day
left join reference.calendar as w2 on q.as_at = w2.day
where q.closed is null or q.closed > q.as_at;

create macro open_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, wanted_recipient, wanted_reference, wanted_dataset
) as table
select q.*
from open_requests(known_on, only_edition) as q
inner join core.registers_in(wanted) as r on q.register = r.register
where (from_day is null or q.received >= from_day)
    and (to_day is null or q.received <= to_day)
    and (types is null or list_contains(types, q.recipient_type))
    and (tiers is null or list_contains(tiers, coalesce(q.tier, 'not_published')))
    and (routes is null or list_contains(routes, coalesce(q.route, 'not_published')))
    and (
        wanted_recipient is null
        or ((q.register, q.recipient_id) in (select (c.register, c.recipient_id) from core.recipients_called(wanted_recipient) as c))
    )
    and (wanted_reference is null or q.reference = wanted_reference)
    and (
        wanted_dataset is null or q.dataset = wanted_dataset
        or (q.register, q.dataset) in (select (p.register, p.dataset) from core.dataset_parts as p where p.part = wanted_dataset)
    );

-- Of those asked about, the `most` of each register that have been open longest (ten when not said).
create macro longest_open(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, wanted_recipient, wanted_reference, wanted_dataset,
    most
) as table
with asked as (
    from open_where(
        known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, wanted_recipient, wanted_reference,
        wanted_dataset
    )
)
select w.*
from asked as w
-- Their places first, which are numbers; the rest is read of the few that are shown.
semi join (select register, unnest(min(place, coalesce(most, 10))) as place from asked group by register) as o
    on w.register = o.register and w.place = o.place;

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
    list(distinct published_type) filter (where published_type is not null) as published_types
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

-- The largest of them, with their place, what all have and how many there are. `by_requests`: the registers in which requests are counted.
create macro ranked_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, by_requests, most
) as table
with weighed as (
    select *, case when list_contains(by_requests, register) then requests else releases end as weight
    from named_where(
        known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient, wanted_reference,
        wanted_dataset
    )
),
ranked as (
    select
        *,
        (sum(weight) over (partition by register))::bigint as total,
        count(*) over (partition by register) as recipients,
        row_number() over (partition by register order by weight desc, recipient_id) as place
    from weighed
    qualify place <= coalesce(most, 20)
)
select
    w.register, f.recipient, w.recipient_type, w.requests, w.releases, w.total, w.recipients, w.recipient_id,
    f.parent_recipient, f.former_names, w.place
from ranked as w
left join core.recipient_facts as f on w.register = f.register and w.recipient_id = f.recipient_id;

-- The cases of a clock by day of waiting and by what is counted there: all that Kaplan-Meier, a share within a target and
-- the numbers beside them are computed from. `kind`, which `measures/clocks.py` reads: 0 enters late (on the day it
-- enters), 1 ends and 2 is censored (of cases watched from their start), 3 ends and 4 is censored (of those that entered
-- late), 5 is left out, 6 is left out since only from some day on every case is listed (neither has a day).
create macro risk_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name, interval_name, by_name
) as table
with cases as (
    select
        register,
        core.interval_start(interval_name, counted_on) as interval_start,
        core.group_of(by_name, recipient_type, tier, route, outcome, recipient_id, dataset, legal_basis) as group_id,
        clock,
        basis,
        case counted_as
            when 'event' then case when enters > 0 then 3 else 1 end
            when 'censored' then case when enters > 0 then 4 else 2 end
            else case when excluded_rule is null or excluded_rule = 'before_coverage' then 6 else 5 end
        end::utinyint as kind,
        case when counted_as <> 'excluded' then length end as day,
        enters
    from cases_where(
        known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
        wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name
    )
)
select register, interval_start, group_id, clock, basis, kind, day, count(*) as cases
from (
    select * exclude (enters) from cases
    union all
    select * exclude (enters) replace (0::utinyint as kind, enters as day) from cases where kind in (3, 4)
)
group by all;

-- The same, a row a group: three lists of one length, in no order. The day of those left out is -1.
create macro risk_lists(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name, interval_name, by_name
) as table
select
    register, interval_start, group_id, clock, basis,
    list(kind) as kinds, list(coalesce(day, -1)) as days, list(cases) as cases
from risk_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient, wanted_reference,
    wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name, interval_name, by_name
)
group by register, interval_start, group_id, clock, basis;

-- The waits of the cases that ended, and of those still open at the as-at date. What left the register without an end is
-- in neither: its wait is not known.
create macro wait_rows(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name
) as table
select s.register, s.reference, s.start_low as started, s.days, s.censored as open
from spells_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient, wanted_reference,
    wanted_dataset, wanted_clock, wanted_basis, cohort_name
) as s
inner join as_at(known_on, only_edition) as a on s.register = a.register
where s.event or (s.censored and s.end_low = a.as_at);

-- What came and went in each month, as `gap` below has it: see 049_marts.sql for the same from the flows that `volumes` adds up.
create macro month_moves(known_on, only_edition) as table
select
    register, recipient_type, coalesce(tier, 'not_published') as tier, coalesce(route, 'not_published') as route, outcome,
    coalesce(legal_basis, 'not_published') as legal_basis, date_trunc('month', date)::date as month,
    sum(case kind when 'received' then -1 else 1 end) as gap
from events(known_on, only_edition) where kind in ('received', 'closed')
group by all;

-- The number open worked out from the requests themselves, month by month, beside what came and what went. `gap` is
-- open_at_start + received - closed - open_at_end in one month of the finest group that filters can make of few values
-- (every coarser group is a sum of these). It is 0 wherever the two ways agree.
create macro stock_and_flow(known_on, only_edition) as table
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
    from month_moves(known_on, only_edition)
)
select m.register, m.recipient_type, m.tier, m.route, m.outcome, m.legal_basis, m.month, -sum(m.gap)::bigint as gap
from moves as m
inner join register_answers(known_on, only_edition) as a on m.register = a.register and a.open_known
-- what the as-at date has not seen cannot be checked
where m.month <= a.as_at
group by all;
