-- purpose: how many cases enter, end in each way and are still open on each day of a clock: what the cumulative incidence is computed from
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $cohort $unit $by $edition $known_on
-- result columns: register, group, clock, basis, days, endings, entered, ended, censored
-- Five lists of one length, in no order. The outcome is '' of those that enter or are still open.
select register, group_id as "group", clock, basis, days, endings, entered, ended, censored
from ending_lists(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
    $clock, $basis, $cohort, $unit, $by
)
order by register, group_id, clock, basis
