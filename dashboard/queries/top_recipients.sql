-- purpose: the recipients with most releases (requests where releases are not published) and their share
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $edition $known_on $limit
-- result columns: register, rank, recipient, recipient_type, requests, releases, share, cumulative_share, recipient_id, parent_recipient, former_names
with events as (
    select * from events_where(
        $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset
    )
    where kind <> 'excluded' and recipient_id is not null
),
answerable as (
    select register, bool_or(answerable) as has_releases
    from answerable_columns($known_on, $edition) where column_name = 'released' group by register
),
counts as (
    select
        v.register,
        v.recipient_id,
        min(v.recipient) as recipient,
        arg_max(v.recipient_type, (v.date, v.recipient_type)) as recipient_type,
        count(distinct v.request) as requests,
        count(*) filter (where v.kind = 'released') as releases,
        any_value(a.has_releases) as has_releases
    from events as v inner join answerable as a on v.register = a.register
    group by v.register, v.recipient_id
),
weighed as (
    select
        *,
        case when has_releases then releases else requests end as weight
    from counts
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
)
select
    register, rank, recipient, recipient_type, requests,
    case when has_releases then releases end as releases,
    share, cumulative_share, recipient_id, f.parent_recipient, f.former_names
from ranked
left join core.recipient_facts as f using (register, recipient_id)
where place <= coalesce($limit, 20)
order by register, place
