-- purpose: the requests that have been open longest at the as-at date
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $edition $known_on $limit
-- result columns: register, reference, recipient, received_date, age_days, age_working_days, recipient_type, outcome, edition, sheet, sheet_row, counted_as, counted_on
select
    register,
    reference,
    recipient,
    received as received_date,
    age_days,
    age_working_days,
    recipient_type,
    outcome,
    edition,
    sheet,
    sheet_row,
    'open' as counted_as,
    as_at as counted_on
from longest_open(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $recipient, $reference, $dataset, $limit
)
-- of requests already known to have ended in one way, none is open
where $outcome is null
order by register, received, reference
