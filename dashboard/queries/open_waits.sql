-- purpose: for each interval and group of a clock, how long the case still open that has waited least has waited
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $cohort $unit $interval $by $edition $known_on
-- result columns: register, interval_start, group, clock, basis, open, least
select
    register,
    core.interval_start($interval, cohort_date) as interval_start,
    core.group_of($by, recipient_type, tier, route, outcome, recipient_id, dataset, legal_basis) as "group",
    clock,
    basis,
    count(*) as open,
    min(length) as least
from cases_where(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
    $clock, $basis, $cohort, $unit
)
where counted_as = 'censored' and end_high is null
group by all
order by all
