-- purpose: requests of a register in a period, or counted in a column, as the measures count them, one page at a time
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $edition $known_on $search $counted $limit $offset
-- result columns: reference, recipient, recipient_id, recipient_type, title, outcome, received_date, closed_date, released_date, approved_date, edition, sheet, sheet_row, matched
with found as materialized (
    select q.entry_id, q.reference, q.newest
    from requests_where(
        $known_on, $edition, $register, $type, $tier, $route, $outcome, $recipient, $reference, $dataset, lower($search)
    ) as q
    where
        not q.selected and coalesce(
            case when coalesce($counted, 'any') in ('any', 'received') then core.within_period(q.received, $from, $to) end,
            case when coalesce($counted, 'any') in ('any', 'decided') then core.within_period(q.decided, $from, $to) end,
            case when coalesce($counted, 'any') in ('any', 'closed') then core.within_period(q.closed, $from, $to) end,
            case when coalesce($counted, 'any') in ('any', 'refused') then core.within_period(q.refused, $from, $to) end,
            case when coalesce($counted, 'any') in ('any', 'not_pursued') then core.within_period(q.not_pursued, $from, $to) end,
            case when coalesce($counted, 'any') in ('any', 'first_released') then core.within_period(q.first_released, $from, $to) end,
            case when coalesce($counted, 'excluded') = 'excluded' then core.within_period(q.excluded, $from, $to) end
        ) is not null
        or (not q.selected and $counted = 'excluded' and q.is_excluded and $from is null and $to is null)
        -- a selection has no countable event; its entries can still be found by their own dates
        or (q.selected and $counted is null and core.within_period(q.newest, $from, $to) is not null)
        -- where releases are listed, a request may have been supplied with data more than once
        or (
            coalesce($counted, 'any') in ('any', 'released')
            and q.reference in (
                select v.request
                from events($known_on, $edition) as v
                semi join core.registers_of_releases as x on v.register = x.register
                where v.register = $register and v.kind = 'released' and core.within_period(v.date, $from, $to) is not null
            )
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
