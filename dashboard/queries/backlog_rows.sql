-- purpose: exactly the requests that backlog counts, each with the first and the last day at which it is counted
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $edition $known_on
-- result columns: register, counted_as, reference, recipient, recipient_type, received_date, closed_date, counted_from, counted_to, outcome, edition, sheet, sheet_row, recipient_id, tier, route, dataset, legal_basis
select
    w.register,
    'open' as counted_as,
    w.reference,
    w.recipient,
    w.recipient_type,
    w.received as received_date,
    w.closed as closed_date,
    w.counted_from,
    w.counted_to,
    w.outcome,
    e.edition,
    e.sheet,
    e.sheet_row,
    w.recipient_id,
    w.tier,
    w.route,
    w.dataset,
    w.legal_basis
from (
    select
        *,
        least(last_day(greatest(received, $from)), as_at) as counted_from,
        least(
            as_at,
            case when closed <= as_at then date_trunc('month', closed)::date - 1 end,
            case when $to::date < as_at
                then case when $to::date = last_day($to::date) then $to::date else date_trunc('month', $to::date)::date - 1 end
            end
        ) as counted_to
    from waiting_where(
        $known_on, $edition, $register, $type, $tier, $route, $outcome, $recipient, $reference, $dataset
    )
) as w
inner join staging.entries as e on w.entry_id = e.entry_id
where $outcome is null and w.counted_from <= w.counted_to
order by w.register, w.received, w.reference
