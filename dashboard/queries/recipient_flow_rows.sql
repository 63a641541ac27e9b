-- purpose: exactly the entries that recipient-flow counts, with the first day on which each recipient was listed
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $edition $known_on
-- result columns: register, counted_as, date, request, reference, occurrence, recipient, recipient_type, first_date, outcome, edition, sheet, sheet_row
with named as (
    select register, bool_and(status = 'published') as recipients_named
    from reference.answerability as a
    where field = 'recipient' and coverage <> 'selected'
        and exists (
            from core.editions_read($known_on, $edition) as e where e.register = a.register and e.era = a.era
        )
    group by register
),
kinds as (
    select
        c.register,
        case
            when bool_or(c.column_name = 'released' and c.answerable) then 'released'
            when bool_or(c.column_name = 'decided' and c.answerable) then 'decided'
            when bool_or(c.column_name = 'received' and c.answerable) then 'received'
        end as kind
    from answerable_columns($known_on, $edition) as c
    inner join named as n on c.register = n.register and n.recipients_named
    group by c.register
),
firsts as (
    select v.register, v.recipient_id, min(v.date) as first_date
    from events($known_on, $edition) as v
    inner join kinds as k on v.register = k.register and v.kind = k.kind
    where v.recipient_id is not null
    group by v.register, v.recipient_id
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
    f.first_date,
    v.outcome,
    e.edition,
    e.sheet,
    e.sheet_row
from events_where(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset
) as v
inner join kinds as k on v.register = k.register and v.kind = k.kind
inner join firsts as f on v.register = f.register and v.recipient_id = f.recipient_id
inner join staging.entries as e on v.entry_id = e.entry_id
order by v.register, v.date, v.reference, v.occurrence
