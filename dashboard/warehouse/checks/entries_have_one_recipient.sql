-- purpose: every entry that names somebody has one recipient on its day, and every spelling one on every day
-- parameters: none
-- result columns: register, recipient_key, recipients
select e.register, e.recipient_key, count(m.recipient_id) as recipients
from (select distinct register, recipient_key, recipient_day from staging.dated_entries where recipient_key is not null) as e
left join reference.recipients as m
    on e.register = m.register and e.recipient_key = m.recipient_key
        and e.recipient_day between m.holds_from and m.holds_to
group by e.register, e.recipient_key, e.recipient_day
having count(m.recipient_id) <> 1
union all
select register, recipient_key, count(*)
from (
    select
        register, recipient_key, holds_from,
        lag(holds_to) over (partition by register, recipient_key order by holds_from) as before
    from reference.recipients
)
group by register, recipient_key
having min(holds_from) <> date '0001-01-01' or bool_or(before is not null and before + 1 <> holds_from)
