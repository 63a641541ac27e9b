-- purpose: the cases of a clock by day of waiting and by what is counted there: what Kaplan-Meier is computed from
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $cohort $unit $interval $by $edition $known_on
-- result columns: register, interval_start, group, clock, basis, kinds, days, cases
-- Three lists of one length, in no order. kinds: 0 enters late; 1 ends, 2 is censored, watched from its start; 3 ends, 4
-- is censored, having entered late; 5 is left out, 6 is left out because not every case of its time was listed. days: of
-- waiting, -1 of those left out.
select register, interval_start, group_id as "group", clock, basis, kinds, days, cases
from risk_lists(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
    $clock, $basis, $cohort, $unit, $interval, $by
)
