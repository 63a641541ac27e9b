-- purpose: received - closed = open, over requests with usable dates, wherever receipt is published
-- parameters: none
-- result columns: register, received, closed, open_now
with flows as (
    select
        register,
        count(*) filter (where kind = 'received') as received,
        count(*) filter (where kind = 'closed') as closed
    from events(null, null) group by register
),
stock as (
    select register, count(*) filter (where is_open and excluded_rule is null) as open_now
    from core.requests where not selected group by register
)
select f.register, f.received, f.closed, s.open_now
from flows as f
inner join stock as s on f.register = s.register
inner join core.answerable_columns as a
    on f.register = a.register and a.column_name = 'open_at_end' and a.answerable
where f.received - f.closed <> s.open_now
