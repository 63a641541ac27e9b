-- purpose: the tables that measures add up count what the rows behind a figure count
-- parameters: none
-- result columns: register, what, kind, month, rows, counted
-- Tests hold every macro of 049 to its twin in 047 (tests/data/test_facts.py).
with wide_flows as (
    select
        register, recipient_type, coalesce(tier, 'not_published') as tier, coalesce(route, 'not_published') as route,
        outcome, coalesce(legal_basis, 'not_published') as legal_basis, kind, date_trunc('month', date)::date as month, count(*) as n
    from events(null, null) as v
    semi join core.answerable_columns as a on v.register = a.register and v.kind = a.column_name and a.answerable
    group by all
),
monthly as (
    unpivot (select * exclude (by_default, first_date, last_date) from core.monthly_flows)
    on received, decided, closed, refused, not_pursued, first_released, released, excluded into name kind value n
),
ageing as (
    unpivot (select * exclude (by_default) from core.monthly_ageing)
    on received, reached_31, reached_61, reached_121, closed, closed_0_30, closed_31_60, closed_61_120 into name kind value n
),
-- each narrower table beside the one that holds more
narrower as (
    select 'by type and tier' as what, register, kind, recipient_type, tier, month, n as counted, 0 as rows
    from (unpivot (select * exclude (by_default, first_date, last_date) from core.slim_flows)
        on received, decided, closed, refused, not_pursued, first_released, released, excluded into name kind value n)
    union all
    select 'by type and tier', register, kind, recipient_type, tier, month, 0, n from monthly
    union all
    select 'by day', register, kind, recipient_type, tier, date_trunc('month', day)::date, n, 0
    from (unpivot (select * exclude (by_default) from core.slim_flow_days)
        on received, decided, closed, refused, not_pursued, first_released, released, excluded into name kind value n)
    union all
    select 'by day', register, kind, recipient_type, tier, month, 0, n from monthly where month is not null
    union all
    select 'ages by type and tier', register, kind, recipient_type, tier, month, n, 0
    from (unpivot (select * exclude (by_default) from core.slim_ageing)
        on received, reached_31, reached_61, reached_121, closed, closed_0_30, closed_31_60, closed_61_120 into name kind value n)
    union all
    select 'ages by type and tier', register, kind, recipient_type, tier, month, 0, n from ageing
    union all
    select 'cases of a clock, ' || unit, register, clock, recipient_type, tier, null, cases, 0 from core.slim_risk where kind > 0
    union all
    select 'cases of a clock, ' || u.unit, s.register, q.clock::varchar, s.recipient_type, s.tier, null, 0, q.n
    from (select segment, clock, count(*) as n from core.spell_facts group by all) as q
    inner join core.segments as s on q.segment = s.segment
    cross join (values ('calendar'), ('working')) as u(unit)
    union all
    select 'cases of a clock by type', register, clock, recipient_type, null, null, cases, 0
    from core.typed_risk where kind > 0 and unit = 'working'
    union all
    select 'cases of a clock by type', register, clock, recipient_type, null, null, 0, cases
    from core.slim_risk where kind > 0 and unit = 'working'
    union all
    select 'requests of a recipient', register, null, recipient_type, tier, null, requests, 0 from core.askers
    union all
    select 'requests of a recipient', a.register, null, a.recipient_type, a.tier, null, 0, d.n
    from (select asker, count(*) as n from core.request_days where next_day is null group by asker) as d
    inner join core.askers as a on d.asker = a.asker
    union all
    -- what stands ready, beside what it was made from
    select 'cases of a type', register, clock, group_id, null, null, cases, 0
    from (
        select register, clock, group_id, unnest(kinds) as kind, unnest(cases) as cases
        from core.risk_groups where grouped_by = 'type' and unit = 'working'
    )
    where kind > 0
    union all
    select 'cases of a type', register, clock, recipient_type, null, null, 0, cases
    from core.slim_risk where kind > 0 and unit = 'working'
    union all
    select 'endings in a tier', register, clock, null, group_id, null, list_sum(ended) + list_sum(censored), 0
    from core.ending_groups where grouped_by = 'tier' and unit = 'calendar'
    union all
    select 'endings in a tier', register, clock, null, tier, null, 0, ended + censored
    from core.slim_endings where unit = 'calendar'
    union all
    select 'requests of a type', register, null, group_id, null, null, requests, 0
    from core.recipient_groups where grouped_by = 'type'
    union all
    select 'requests of a type', register, null, recipient_type, null, null, 0, requests from core.askers
    union all
    select 'requests of those named', register, null, group_id, null, null, requests, 0
    from core.ranked_recipients where grouped_by = 'type' and weighed_by = 'releases'
    union all
    select 'requests of those named', register, null, recipient_type, null, null, 0, requests
    from core.askers where recipient_no > 0
    union all
    select 'received of a data set, ' || called, register, 'received', null, null, month, received, 0 from core.called_flows
    union all
    select 'received of a data set, ' || p.called, f.register, 'received', null, null, f.month, 0, f.received
    from core.dataset_flows as f
    inner join core.dataset_picks as p on f.dataset_no = p.dataset_no
    union all
    select 'ages in a data set, ' || called, register, 'reached_61', null, null, month, reached_61, 0 from core.called_ageing
    union all
    select 'ages in a data set, ' || p.called, f.register, 'reached_61', null, null, f.month, 0, f.reached_61
    from core.dataset_ageing as f
    inner join core.dataset_picks as p on f.dataset_no = p.dataset_no
)
select coalesce(w.register, m.register) as register, 'by month' as what, coalesce(w.kind, m.kind) as kind, coalesce(w.month, m.month) as month, w.n as rows, m.n as counted
from wide_flows as w
full join (from monthly where n > 0) as m
    on w.register = m.register and w.recipient_type = m.recipient_type and w.tier = m.tier and w.route = m.route
        and w.outcome = m.outcome and w.legal_basis = m.legal_basis and w.kind = m.kind and w.month is not distinct from m.month
where w.n is distinct from m.n
union all
select register, what, kind, month, sum(rows), sum(counted)
from narrower
group by register, what, kind, month, recipient_type, tier
having sum(rows) <> sum(counted)
