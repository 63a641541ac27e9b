-- purpose: the rows behind bounds on a curve: each case with the days between which it ended, and its place in the source
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $unit $edition $known_on
-- result columns: register, reference, clock, basis, counted_as, start, end_low, end_high, excluded_rule, days_low, days_high, entry, outcome, recipient, recipient_id, recipient_type, tier, route, dataset, edition, sheet, sheet_row
with timed as (
    select
        s.register, s.reference, s.clock, s.basis,
        case s.counted_as when 'event' then 'exact' else s.counted_as end as counted_as,
        s.start_low as started, s.end_low, case when s.event then s.end_high end as end_high, s.excluded_rule,
        s.length as days_low, case when s.event then s.length end as days_high, s.enters as entry,
        s.outcome, s.recipient, s.recipient_id, s.recipient_type, s.tier, s.route, s.dataset, s.entry_id
    from cases_where(
        $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
        $clock, $basis, null, $unit
    ) as s
    where s.clock like 'received%' and s.excluded_rule is distinct from 'closed_undated'
),
undated as (
    select
        register, reference, clock, basis,
        case when entry = 0 or days_low > entry then coalesce(kind, 'excluded') else 'excluded' end as counted_as,
        started, end_low, end_high, excluded_rule, days_low, days_high, entry, outcome, recipient,
        recipient_id, recipient_type, tier, route, dataset, entry_id
    from (
        select
            * exclude (entry),
            case when $unit = 'working' then first_working else first_length end as days_low,
            case when $unit = 'working' then last_working else last_length end as days_high,
            case when $unit = 'working' then entry_working else entry end as entry
        from undated_where(
            $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference,
            $dataset, $clock, $basis
        )
    )
)
select
    s.register, s.reference, s.clock, s.basis, s.counted_as, s.started as start, s.end_low, s.end_high, s.excluded_rule,
    s.days_low, s.days_high, s.entry, s.outcome, s.recipient, s.recipient_id, s.recipient_type, s.tier, s.route,
    s.dataset, e.edition, e.sheet, e.sheet_row
from (from timed union all by name from undated) as s
inner join staging.entries as e on s.entry_id = e.entry_id
order by s.register, s.clock, s.started nulls last, s.reference
