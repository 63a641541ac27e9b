-- purpose: requests of a register, searched and filtered, one page at a time
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $edition $known_on $search $counted $limit $offset
-- result columns: reference, recipient, recipient_id, recipient_type, title, outcome, received_date, closed_date, released_date, approved_date, edition, sheet, sheet_row, matched
select
    q.reference, q.recipient, q.recipient_id, q.recipient_type, q.title, q.outcome, q.received_date, q.closed_date,
    q.released_date, q.approved_date, e.edition, e.sheet, e.sheet_row, count(*) over () as matched
from requests_as($known_on, $edition) as q
inner join staging.entries as e on q.entry_id = e.entry_id
where q.register = $register
    -- in a period, or counted in a column: the requests with such an event, as the measures count them
    and (
        ($from is null and $to is null and $counted is null)
        or exists (
            from events($known_on, $edition) as v
            where v.register = q.register and v.request = q.reference
                and ($counted is null or v.kind = $counted or ($counted = 'any' and v.kind <> 'excluded'))
                and ($from is null or v.date >= $from) and ($to is null or v.date <= $to)
        )
        -- a selection has no countable event; its entries can still be found by their own dates
        or (
            q.selected and $counted is null
            and ($from is null or coalesce(q.received_date, q.approved_date, q.released_date, q.closed_date) >= $from)
            and ($to is null or coalesce(q.received_date, q.approved_date, q.released_date, q.closed_date) <= $to)
        )
    )
    and ($type is null or list_contains($type, q.recipient_type))
    and ($tier is null or list_contains($tier, coalesce(q.tier, 'not_published')))
    and ($route is null or list_contains($route, coalesce(q.route, 'not_published')))
    and ($outcome is null or list_contains($outcome, q.outcome))
    and (
        $recipient is null
        or exists (
            from core.recipients_called($recipient) as c
            where c.register = q.register and c.recipient_id = q.recipient_id
        )
    )
    and ($reference is null or q.reference = $reference)
    and (
        $dataset is null or q.dataset = $dataset
        or (q.register, q.dataset) in (select (p.register, p.dataset) from core.dataset_parts as p where p.part = $dataset)
    )
    and (
        $search is null
        or contains(lower(concat_ws(' ', q.reference, q.recipient, q.published_recipient, q.title)), lower($search))
    )
order by coalesce(q.received_date, q.approved_date, q.released_date, q.closed_date) desc nulls last, q.reference
limit coalesce($limit, 50) offset coalesce($offset, 0)
