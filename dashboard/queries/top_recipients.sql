-- purpose: the recipients with most releases (requests where $by_requests says so), and the total of all
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $edition $known_on $limit $by_requests
-- result columns: register, recipient, recipient_type, requests, releases, total, recipient_id, parent_recipient, former_names
-- $by_requests: the registers in which requests are counted, because they publish no releases.
with weighed as (
    select *, case when list_contains($by_requests, register) then requests else releases end as weight
    from named_where(
        $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset
    )
),
ranked as (
    select
        *,
        (sum(weight) over (partition by register))::bigint as total,
        row_number() over (partition by register order by weight desc, recipient_id) as place
    from weighed
    qualify place <= coalesce($limit, 20)
)
select
    w.register, f.recipient, w.recipient_type, w.requests, w.releases, w.total, w.recipient_id, f.parent_recipient,
    f.former_names
from ranked as w
left join core.recipient_facts as f on w.register = f.register and w.recipient_id = f.recipient_id
order by w.register, w.place
