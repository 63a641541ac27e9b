-- purpose: how many cases enter, end and are censored on each day of a clock: what Kaplan-Meier is computed from
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $cohort $unit $interval $by $edition $known_on
-- result columns: register, interval_start, group, clock, basis, day, entered, events, censored
select
    register, interval_start, group_id as "group", clock, basis, day, entered, events, censored
from risk_where(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
    $clock, $basis, $cohort, $unit, $interval, $by
)
order by register, interval_start, group_id, clock, basis, day
