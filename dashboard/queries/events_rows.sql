-- purpose: exactly the entries that volumes, recipients and top-recipients count: one row a countable event
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $edition $known_on
-- result columns: register, counted_as, date, request, reference, occurrence, recipient, recipient_type, published_type, outcome, edition, sheet, sheet_row
-- Materialized: else DuckDB 2.0.0 takes this and the same macro inside events_where, which it reads for one column
-- only, for one common subplan, and no row is left under $known_on.
with answerable as materialized (
    from answerable_columns($known_on, $edition)
)
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
inner join answerable as a on v.register = a.register and v.kind = a.column_name and a.answerable
inner join staging.entries as e on v.entry_id = e.entry_id
order by v.register, v.date, v.reference, v.occurrence, v.kind
