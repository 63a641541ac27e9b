-- purpose: requests without any date of their own, which stand in no interval
-- parameters: $register $type $tier $route $outcome $recipient $reference $dataset $edition $known_on
-- result columns: register, requests
select register, count(*) as requests
from seen_where(
    $known_on, $edition, $register, null, null, $type, $tier, $route, $outcome, $recipient, $reference, $dataset
)
where first_day is null and not selected
group by register
order by register
