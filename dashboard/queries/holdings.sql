-- purpose: data still held, no longer held, held past the licence, and held under one that ends within a year, as the register says, by recipient type or another grouping
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $by $edition $known_on
-- result columns: register, group, group_label, still_held, ended, overdue, ending, silent
with can as (
    from holdings_answerable($known_on, $edition)
),
held as (
    select *, core.group_of(coalesce($by, 'type'), recipient_type, tier, route, outcome, recipient_id, dataset, legal_basis) as group_id
    from held_where(
        $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset
    ) as h
    semi join can as n on h.register = n.register and n.answerable
),
counts as (
    select
        register, group_id,
        min(recipient) as recipient,
        count(*) filter (where holding in ('still_held', 'overdue')) as still_held,
        count(*) filter (where holding = 'ended') as ended,
        count(*) filter (where holding = 'overdue') as overdue,
        count(*) filter (where holding = 'still_held' and licence_end <= as_at + interval 1 year) as ending,
        count(*) filter (where holding is null) as silent
    from held group by register, group_id
),
filled as (
    from counts
    union all by name
    select r.register, 'all' as group_id, 0 as still_held, 0 as ended, 0 as overdue, 0 as ending, 0 as silent
    from core.registers_in($register) as r
    where not exists (from counts as c where c.register = r.register)
)
select
    c.register,
    c.group_id as "group",
    core.group_label(coalesce($by, 'type'), c.group_id, c.recipient) as group_label,
    case when n.answerable then c.still_held end as still_held,
    case when n.answerable then c.ended end as ended,
    case when n.overdue_answerable then c.overdue end as overdue,
    case when n.ending_answerable then c.ending end as ending,
    case when n.answerable then c.silent end as silent
from filled as c
inner join can as n on c.register = n.register
order by c.register, still_held desc nulls last, ended desc nulls last, c.group_id
