-- purpose: who asked and who received, by recipient type or another grouping
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $by $edition $known_on
-- result columns: register, group, requests, releases, recipients, first_date, last_date, published_types
-- published_types: a list, in no order.
select register, group_id as "group", requests, releases, recipients, first_date, last_date, published_types
from recipients_where(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
    coalesce($by, 'type')
)
