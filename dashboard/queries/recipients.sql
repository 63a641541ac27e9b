-- purpose: who asked and who received, by recipient type or another grouping
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $by $edition $known_on
-- result columns: register, group, group_label, requests, releases, recipients, share, share_of, first_date, last_date, published_types
with events as (
    select
        *,
        core.group_of(coalesce($by, 'type'), recipient_type, tier, route, outcome, recipient_id, dataset, legal_basis) as group_id
    from events_where(
        $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset
    )
    where kind <> 'excluded'
),
answerable as (
    select register, map_from_entries(list((column_name, answerable))) as can
    from answerable_columns($known_on, $edition) group by register
),
named as (
    select register, bool_and(status = 'published') as recipients_named
    from reference.answerability as a
    where field = 'recipient' and coverage <> 'selected'
        and exists (
            from core.editions_read($known_on, $edition) as e where e.register = a.register and e.era = a.era
        )
    group by register
),
counts as (
    select
        register,
        group_id,
        min(recipient) as recipient,
        count(distinct request) as requests,
        count(*) filter (where kind = 'released') as releases,
        count(distinct recipient_id) as recipients,
        min(date) as first_date,
        max(date) as last_date,
        string_agg(distinct published_type, '; ' order by published_type) as published_types
    from events group by register, group_id
),
filled as (
    from counts
    union all by name
    select r.register, 'all' as group_id, 0 as requests, 0 as releases, 0 as recipients
    from core.registers_in($register) as r
    where not exists (from counts as c where c.register = r.register)
)
select
    c.register,
    c.group_id as "group",
    core.group_label(coalesce($by, 'type'), c.group_id, c.recipient) as group_label,
    case when n.register is not null then c.requests end as requests,
    case when a.can['released'] then c.releases end as releases,
    case when n.recipients_named then c.recipients end as recipients,
    case
        when a.can['released'] then c.releases / nullif(sum(c.releases) over (partition by c.register), 0)
        when n.register is not null then c.requests / nullif(sum(c.requests) over (partition by c.register), 0)
    end as share,
    case when a.can['released'] then 'releases' when n.register is not null then 'requests' end as share_of,
    c.first_date,
    c.last_date,
    c.published_types
from filled as c
inner join answerable as a on c.register = a.register
left join named as n on c.register = n.register
order by c.register, share desc nulls last, c.group_id
