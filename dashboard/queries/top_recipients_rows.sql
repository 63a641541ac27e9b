-- purpose: exactly the entries that top-recipients counts: one row an event of a request or release of a named recipient
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $edition $known_on
-- result columns: register, counted_as, date, request, reference, occurrence, recipient, recipient_type, published_type, outcome, edition, sheet, sheet_row, recipient_id, tier, route, dataset
select
    v.register,
    v.kind as counted_as,
    v.date,
    v.request,
    v.reference,
    v.occurrence,
    v.recipient,
    v.recipient_type,
    v.published_type,
    v.outcome,
    e.edition,
    e.sheet,
    e.sheet_row,
    v.recipient_id,
    v.tier,
    v.route,
    v.dataset
from events_where(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset
) as v
inner join staging.entries as e on v.entry_id = e.entry_id
where v.kind <> 'excluded' and v.recipient_id is not null
order by v.register, v.date, v.reference, v.occurrence, v.kind
