-- purpose: requests of a register, searched and filtered, one page at a time
-- parameters: $register $type $tier $route $outcome $recipient $reference $dataset $edition $known_on $search $limit $offset
-- result columns: reference, recipient, recipient_id, recipient_type, title, outcome, received_date, closed_date, released_date, approved_date, edition, sheet, sheet_row, matched
-- Counted and sorted by few columns; only what is shown is read whole.
with found as not materialized (
    select entry_id, reference, newest
    from requests_where(
        $known_on, $edition, $register, $type, $tier, $route, $outcome, $recipient, $reference, $dataset, lower($search)
    )
),
shown as (
    from found order by newest desc nulls last, reference limit coalesce($limit, 50) offset coalesce($offset, 0)
)
select
    q.reference, q.recipient, q.recipient_id, q.recipient_type, q.title, q.outcome, q.received_date, q.closed_date,
    q.released_date, q.approved_date, e.edition, e.sheet, e.sheet_row, (select count(*) from found) as matched
from shown as s
inner join requests_as($known_on, $edition) as q on q.register = $register and s.entry_id = q.entry_id and s.reference = q.reference
inner join staging.entries as e on q.entry_id = e.entry_id
order by s.newest desc nulls last, s.reference
