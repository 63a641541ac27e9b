-- purpose: exactly the entries that recipient-flow counts, with the first day on which each recipient was listed
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $edition $known_on
-- result columns: register, counted_as, date, request, reference, occurrence, recipient, recipient_type, published_type, outcome, edition, sheet, sheet_row, recipient_id, tier, route, dataset, legal_basis, first_date
select v.*, f.first_date
from event_rows(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset
) as v
inner join counted_of_recipients($known_on, $edition) as k on v.register = k.register and v.counted_as = k.kind
inner join first_listed($known_on, $edition) as f on v.register = f.register and v.recipient_id = f.recipient_id
order by v.register, v.date, v.reference, v.occurrence
