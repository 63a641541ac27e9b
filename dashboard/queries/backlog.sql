-- purpose: how the number of open requests and their ages move by month
-- parameters: $register $type $tier $route $outcome $recipient $reference $dataset $by $edition $known_on
-- result columns: register, group, month, received, reached_31, reached_61, reached_121, closed, closed_0_30, closed_31_60, closed_61_120
-- What moves on known days, of which `measures/volume.py` makes running sums: never a comparison of every month with
-- every request.
select
    register, group_id as "group", month, received, reached_31, reached_61, reached_121, closed, closed_0_30,
    closed_31_60, closed_61_120
from ageing_where(
    $known_on, $edition, $register, $type, $tier, $route, $outcome, $recipient, $reference, $dataset, $by
)
