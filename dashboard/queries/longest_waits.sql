-- purpose: the request that has waited longest of those still open, and of those that ended, on one clock
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $cohort $edition $known_on
-- result columns: register, reference, received_date, days, open
-- Of equal waits the first reference. What left the register without an end is in neither: its wait is not known.
with waits as (
    select s.register, s.reference, s.start_low, s.days, s.censored
    from spells_where(
        $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference,
        $dataset, $clock, $basis, $cohort
    ) as s
    inner join as_at($known_on, $edition) as a on s.register = a.register
    where s.event or (s.censored and s.end_low = a.as_at)
),
most as (
    select register, censored, max(days) as days from waits group by register, censored
)
select
    w.register,
    min(w.reference) as reference,
    arg_min(w.start_low, w.reference) as received_date,
    m.days,
    m.censored as open
from most as m
inner join waits as w on m.register = w.register and m.censored = w.censored and m.days = w.days
group by w.register, m.days, m.censored
order by w.register, m.censored desc
