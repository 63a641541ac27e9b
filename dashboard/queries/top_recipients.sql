-- purpose: the recipients with most releases (requests where $by_requests says so), the total of all and how many there are
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $edition $known_on $limit $by_requests
-- result columns: register, recipient, recipient_type, requests, releases, total, recipients, recipient_id, parent_recipient, former_names
-- $by_requests: the registers in which requests are counted, because they publish no releases.
select
    register, recipient, recipient_type, requests, releases, total, recipients, recipient_id, parent_recipient, former_names
from ranked_where(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
    $by_requests, $limit
)
order by register, place
