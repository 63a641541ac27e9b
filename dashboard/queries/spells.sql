-- purpose: the rows of every clock: one request on one clock, with its bounds, event and place in the source
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $cohort $edition $known_on
-- result columns: register, reference, clock, basis, entry, start_low, start_high, end_low, end_high, event, censored, excluded_rule, days, working_days, outcome, recipient, recipient_type, edition, sheet, sheet_row
select
    s.register, s.reference, s.clock, s.basis, s.entry, s.start_low, s.start_high, s.end_low, s.end_high, s.event,
    s.censored, s.excluded_rule, s.days, s.working_days, s.outcome, s.recipient, s.recipient_type, e.edition,
    e.sheet, e.sheet_row
from spells_where(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
    $clock, $basis, $cohort
) as s
inner join staging.entries as e on s.entry_id = e.entry_id
order by s.register, s.clock, s.start_low nulls last, s.reference
