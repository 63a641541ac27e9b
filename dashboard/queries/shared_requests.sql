-- purpose: names that stand on one request, in one row or edition or another
-- parameters: $register
-- result columns: register, one, other, request, requests
with named as (
    select distinct e.register, q.request, e.recipient_key
    from staging.entries as e
    inner join core.registers_in($register) as r on e.register = r.register
    inner join staging.entry_requests as q on e.entry_id = q.entry_id
    where e.recipient_key is not null
),
-- a reference that many share, such as "various", says nothing of any two
few as (
    select register, request from named group by register, request having count(*) between 2 and 4
)
select
    a.register, a.recipient_key as one, b.recipient_key as other, min(a.request) as request,
    count(*) as requests
from named as a
inner join few as f on a.register = f.register and a.request = f.request
inner join named as b on a.register = b.register and a.request = b.request and a.recipient_key < b.recipient_key
group by a.register, a.recipient_key, b.recipient_key
order by a.register, one, other
