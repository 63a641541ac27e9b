-- purpose: those open at the start, plus received, less closed, are those open at the end, in every group and month, wherever the number open can be said
-- parameters: none
-- result columns: register, recipient_type, tier, route, outcome, legal_basis, month, gap
-- Groups of recipients and data sets follow: a request keeps its group from receipt to closing, which the second part
-- checks request by request. Where it does not apply, and why: 'access-review measure identity'.
select register, recipient_type, tier, route, outcome, legal_basis, month, gap
from stock_and_flow(null, null)
where gap <> 0
union all
select q.register, q.recipient_type, q.tier, q.route, q.outcome, q.legal_basis, q.received_date, null
from core.requests as q
inner join core.answerable_columns as a on q.register = a.register and a.column_name = 'open_at_end' and a.answerable
where not q.selected and q.excluded_rule is null
    and (q.received_date is null or q.closed_date < q.received_date or q.is_open is distinct from (q.closed_date is null))
