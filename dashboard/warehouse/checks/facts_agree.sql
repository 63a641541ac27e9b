-- purpose: the facts and the tables by month count what the rows behind a figure count
-- parameters: none
-- result columns: register, kind, month, rows, counted
-- Tests hold every other macro of 049 to its twin in 047 (tests/data/test_facts.py).
with wide_flows as (
    select
        register, recipient_type, coalesce(published_type, '') as published_type, coalesce(tier, 'not_published') as tier,
        coalesce(route, 'not_published') as route, outcome, coalesce(legal_basis, 'not_published') as legal_basis, kind, date_trunc('month', date)::date as month, count(*) as n,
        min(date) as first_date, max(date) as last_date
    from events(null, null) as v
    semi join core.answerable_columns as a on v.register = a.register and v.kind = a.column_name and a.answerable
    group by all
),
monthly as (
    unpivot (
        select s.* exclude (segment), f.* exclude (segment, first_date, last_date)
        from core.monthly_flows as f inner join core.segments as s on f.segment = s.segment
    ) on received, decided, closed, refused, not_pursued, first_released, released, excluded into name kind value n
)
select coalesce(w.register, m.register) as register, coalesce(w.kind, m.kind) as kind, coalesce(w.month, m.month) as month, w.n as rows, m.n as counted
from wide_flows as w
full join (from monthly where n > 0) as m
    on w.register = m.register and w.recipient_type = m.recipient_type and w.published_type = m.published_type
        and w.tier = m.tier and w.route = m.route and w.outcome = m.outcome and w.legal_basis = m.legal_basis and w.kind = m.kind
        and w.month is not distinct from m.month
where w.n is distinct from m.n
