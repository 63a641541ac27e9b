-- purpose: requests received, decided and closed, and releases, by interval and group, wherever anything happened
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $interval $by $edition $known_on
-- result columns: register, group, phase, interval_start, received, decided, closed, refused, not_pursued, first_released, released, excluded, first_date, last_date
-- phase: -1 before the period asked about, 0 in it, 1 after it or in no interval. `measures/volume.py` adds the intervals
-- in which nothing happened, and the number open.
select
    register, group_id as "group", phase, interval_start, received, decided, closed, refused, not_pursued,
    first_released, released, excluded, first_date, last_date
from flows_where(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
    $interval, $by
)
