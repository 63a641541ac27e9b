-- purpose: the requests that have been open longest at the as-at date
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $edition $known_on $limit
-- result columns: register, reference, recipient, received_date, age_days, age_working_days, recipient_type, outcome, edition, sheet, sheet_row, counted_as, counted_on
with asked as (
    from open_where($known_on, $edition, $register, $from, $to, $type, $tier, $route, $recipient, $reference, $dataset)
    -- of requests already known to have ended in one way, none is open
    where $outcome is null
),
-- Their places first, which are numbers; the rest is read of the few that are shown.
oldest as (
    select register, unnest(min(place, coalesce($limit, 10))) as place from asked group by register
)
select
    w.register,
    w.reference,
    w.recipient,
    w.received as received_date,
    w.as_at - w.received as age_days,
    w2.working_day_number - w1.working_day_number as age_working_days,
    w.recipient_type,
    w.outcome,
    w.edition,
    w.sheet,
    w.sheet_row,
    'open' as counted_as,
    w.as_at as counted_on
from asked as w
semi join oldest as o on w.register = o.register and w.place = o.place
left join reference.calendar as w1 on w.received = w1.day
left join reference.calendar as w2 on w.as_at = w2.day
order by w.register, w.received, w.reference
