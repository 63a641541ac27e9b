-- purpose: exactly the entries that the values of a control chart count: events, or the cases behind a median
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $cohort $of $edition $known_on
-- result columns: register, counted_as, date, request, reference, occurrence, recipient, recipient_type, outcome, edition, sheet, sheet_row
with kinds as (
    select
        register,
        case
            when $of is not null then split_part($of, '.', 2)
            when bool_or(column_name = 'received' and answerable) then 'received'
            when bool_or(column_name = 'released' and answerable) then 'released'
            when bool_or(column_name = 'decided' and answerable) then 'decided'
        end as kind
    from answerable_columns($known_on, $edition) group by register
),
counted as (
    select
        v.register, v.kind as counted_as, v.date, v.request, v.reference, v.occurrence, v.recipient, v.recipient_type,
        v.outcome, v.entry_id
    from events_where(
        $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset
    ) as v
    inner join kinds as k on v.register = k.register and v.kind = k.kind
    inner join answerable_columns($known_on, $edition) as a
        on v.register = a.register and v.kind = a.column_name and a.answerable
    where coalesce($of, 'volumes.') like 'volumes.%'
    union all by name
    select
        s.register, s.clock as counted_as, s.start_low as date, s.reference as request, s.reference, 1 as occurrence,
        s.recipient, s.recipient_type, s.outcome, s.entry_id
    from spells_where(
        $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
        coalesce($clock, 'received_to_outcome'), $basis, coalesce($cohort, 'received')
    ) as s
    where $of = 'turnaround.median' and s.excluded_rule is null
)
select
    c.register, c.counted_as, c.date, c.request, c.reference, c.occurrence, c.recipient, c.recipient_type, c.outcome,
    e.edition, e.sheet, e.sheet_row
from counted as c
inner join staging.entries as e on c.entry_id = e.entry_id
order by c.register, c.date, c.reference, c.occurrence
