-- purpose: every name that registers publish, as names are compared, with what rests on it
-- parameters: $register
-- result columns: register, recipient_key, spelling, requests, first_year, last_year
with years as (
    select register, recipient_key, year(min(recipient_day)) as first_year, year(max(recipient_day)) as last_year
    from staging.dated_entries
    where recipient_key is not null
    group by register, recipient_key
),
counts as (
    -- each request once, under the name that stands on it last
    select register, recipient_key, count(*) as requests from core.requests group by register, recipient_key
)
select
    y.register,
    y.recipient_key,
    any_value(m.spelling) as spelling,
    coalesce(any_value(c.requests), 0) as requests,
    any_value(y.first_year) as first_year,
    any_value(y.last_year) as last_year
from years as y
inner join core.registers_in($register) as r on y.register = r.register
inner join reference.recipients as m on y.register = m.register and y.recipient_key = m.recipient_key
left join counts as c on y.register = c.register and y.recipient_key = c.recipient_key
group by y.register, y.recipient_key
order by y.register, y.recipient_key
