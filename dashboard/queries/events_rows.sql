-- purpose: exactly the entries that volumes, recipients and top-recipients count: one row a countable event
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $edition $known_on
-- result columns: register, counted_as, date, request, reference, occurrence, recipient, recipient_type, published_type, outcome, edition, sheet, sheet_row
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
    e.sheet_row
from events_where(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset
) as v
inner join answerable_columns($known_on, $edition) as a on v.register = a.register and v.kind = a.column_name and a.answerable
inner join staging.entries as e on v.entry_id = e.entry_id
order by v.register, v.date, v.reference, v.occurrence, v.kind
