-- purpose: the cases of a clock by day of waiting and by what is counted there: what Kaplan-Meier is computed from
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $cohort $unit $interval $by $edition $known_on
-- result columns: register, interval_start, group, clock, basis, kind, day, cases
-- kind: 0 enters late; 1 ends, 2 is censored, watched from its start; 3 ends, 4 is censored, having entered late; 5 is
-- left out, 6 is left out because not every case of its time was listed (these two have no day).
select register, interval_start, group_id as "group", clock, basis, kind, day, cases
from risk_where(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
    $clock, $basis, $cohort, $unit, $interval, $by
)
