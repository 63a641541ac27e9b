-- purpose: the request that has waited longest of those still open, and of those that ended, on one clock
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $cohort $edition $known_on
-- result columns: register, reference, received_date, days, open
-- Of equal waits the first reference.
select
    register,
    arg_min(reference, (-days, reference)) as reference,
    arg_min(started, (-days, reference)) as received_date,
    max(days) as days,
    open
from wait_rows(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
    $clock, $basis, $cohort
)
where days is not null
group by register, open
order by register, open desc
