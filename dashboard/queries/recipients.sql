-- purpose: who asked and who received, by recipient type or another grouping
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $by $edition $known_on
-- result columns: register, group, group_label, requests, releases, recipients, share, share_of, first_date, last_date, published_types
with counts as (
    select
        r.register,
        a.released_known,
        a.recipients_named,
        coalesce(c.group_id, 'all') as group_id,
        coalesce(c.requests, 0) as requests,
        coalesce(c.releases, 0) as releases,
        coalesce(c.recipients, 0) as recipients,
        c.first_date,
        c.last_date,
        c.published_types,
        case when a.released_known then coalesce(c.releases, 0) when a.recipients_named is not null then coalesce(c.requests, 0) end as weight
    from core.registers_in($register) as r
    inner join register_answers($known_on, $edition) as a on r.register = a.register
    left join recipients_where(
        $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
        coalesce($by, 'type')
    ) as c on r.register = c.register
)
select
    c.register,
    c.group_id as "group",
    coalesce(case when c.group_id = 'all' then 'All' end, g.label, n.recipient, c.group_id) as group_label,
    case when c.recipients_named is not null then c.requests end as requests,
    case when c.released_known then c.releases end as releases,
    case when c.recipients_named then c.recipients end as recipients,
    c.weight / nullif(sum(c.weight) over (partition by c.register), 0) as share,
    case when c.released_known then 'releases' when c.recipients_named is not null then 'requests' end as share_of,
    c.first_date,
    c.last_date,
    c.published_types
from counts as c
left join core.group_labels as g on coalesce($by, 'type') = g.by_name and c.group_id = g.group_id
left join core.recipient_labels as n on $by = 'recipient' and c.register = n.register and c.group_id = n.recipient_id
order by c.register, share desc nulls last, c.group_id
