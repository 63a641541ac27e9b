-- purpose: for each interval and group of a clock, how long the case still open that has waited least has waited
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $cohort $unit $interval $by $edition $known_on
-- result columns: register, interval_start, group, clock, basis, open, least
select register, interval_start, group_id as "group", clock, basis, open, least
from waits_where(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
    $clock, $basis, $cohort, $unit, $interval, $by
)
order by register, interval_start, group_id, clock, basis
