-- purpose: the recipients with most releases (requests where releases are not published) and their share
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $edition $known_on $limit
-- result columns: register, rank, recipient, recipient_type, requests, releases, share, cumulative_share, recipient_id, parent_recipient, former_names
with weighed as (
    select c.*, a.released_known, case when a.released_known then c.releases else c.requests end as weight
    from named_where(
        $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset
    ) as c
    inner join register_answers($known_on, $edition) as a on c.register = a.register
),
ranked as (
    select
        *,
        rank() over (partition by register order by weight desc) as rank,
        weight / nullif(sum(weight) over (partition by register), 0) as share,
        sum(weight) over (partition by register order by weight desc, recipient_id rows unbounded preceding)
            / nullif(sum(weight) over (partition by register), 0) as cumulative_share,
        row_number() over (partition by register order by weight desc, recipient_id) as place
    from weighed
    qualify place <= coalesce($limit, 20)
)
select
    w.register, w.rank, n.recipient, w.recipient_type, w.requests,
    case when w.released_known then w.releases end as releases,
    w.share, w.cumulative_share, w.recipient_id, f.parent_recipient, f.former_names
from ranked as w
left join core.recipient_labels as n on w.register = n.register and w.recipient_id = n.recipient_id
left join core.recipient_facts as f on w.register = f.register and w.recipient_id = f.recipient_id
order by w.register, w.place
