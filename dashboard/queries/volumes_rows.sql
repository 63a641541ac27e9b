-- purpose: exactly the entries that volumes counts: one row a countable event, and one a request open at the start
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $interval $edition $known_on
-- result columns: register, counted_as, date, request, reference, occurrence, recipient, recipient_type, published_type, outcome, edition, sheet, sheet_row, recipient_id, tier, route, dataset, legal_basis
with events as (
    from event_rows(
        $known_on, $edition, $register, null, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset
    )
),
counted as (
    from events
    where ($from is null or date >= $from) and (date is not null or $interval is null)
    union all by name
    -- received before the first day and not closed by then
    select * replace ('open_at_start' as counted_as)
    from events as v
    where counted_as = 'received' and date < $from
        and not exists (
            from events as c
            where c.register = v.register and c.request = v.request and c.counted_as = 'closed' and c.date < $from
        )
)
select v.*
from counted as v
inner join answerable_columns($known_on, $edition) as a on v.register = a.register and v.counted_as = a.column_name and a.answerable
left join coverage_start($known_on, $edition) as l on v.register = l.register
-- of the time before every case was listed, no refused or abandoned request is counted
where v.counted_as not in ('refused', 'not_pursued') or l.coverage_start is null
    or coalesce(core.interval_end($interval, core.interval_start($interval, v.date)), $to) >= l.coverage_start
    or ($interval is null and $to is null)
order by v.register, v.date, v.reference, v.occurrence, v.counted_as
