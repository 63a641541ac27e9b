-- purpose: the rows behind bounds on a curve: each case with the days between which it ended, and its place in the source
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $edition $known_on
-- result columns: register, reference, clock, basis, kind, start, end_low, end_high, excluded_rule, days_low, days_high, entry, outcome, recipient, recipient_type, edition, sheet, sheet_row
select
    s.register, s.reference, s.clock, s.basis, s.kind, s.started as start, s.end_low, s.end_high, s.excluded_rule,
    case when s.kind is not null then s.first_length end as days_low,
    case when s.kind is not null then s.last_length end as days_high,
    case when s.kind is not null then s.entry end as entry,
    s.outcome, s.recipient, s.recipient_type, e.edition, e.sheet, e.sheet_row
from bounded_where(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
    $clock, $basis
) as s
inner join staging.entries as e on s.entry_id = e.entry_id
order by s.register, s.clock, s.started nulls last, s.reference
