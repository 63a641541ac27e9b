-- purpose: exactly the entries that top-recipients counts: one row an event of a request or release of a named recipient
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $edition $known_on
-- result columns: register, counted_as, date, request, reference, occurrence, recipient, recipient_type, published_type, outcome, edition, sheet, sheet_row, recipient_id, tier, route, dataset, legal_basis
from event_rows(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset
)
where counted_as <> 'excluded' and recipient_id is not null
order by register, date, reference, occurrence, counted_as
