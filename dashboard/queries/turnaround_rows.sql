-- purpose: exactly the cases that turnaround counts on one clock, each with what it counts as
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $cohort $unit $edition $known_on
-- result columns: register, reference, clock, basis, entry, start_low, start_high, end_low, end_high, event, censored, excluded_rule, days, working_days, outcome, recipient, recipient_type, edition, sheet, sheet_row, counted_as, counted_on, entry_working, recipient_id, tier, route, dataset
select
    s.register, s.reference, s.clock, s.basis, s.entry, s.start_low, s.start_high, s.end_low, s.end_high, s.event,
    s.censored, s.excluded_rule, s.days, s.working_days, s.outcome, s.recipient, s.recipient_type, e.edition,
    e.sheet, e.sheet_row, s.counted_as, s.counted_on, s.entry_working, s.recipient_id, s.tier, s.route, s.dataset
from cases_where(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
    $clock, $basis, $cohort, $unit
) as s
inner join staging.entries as e on s.entry_id = e.entry_id
order by s.register, s.clock, s.start_low nulls last, s.reference
