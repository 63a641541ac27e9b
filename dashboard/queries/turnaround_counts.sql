-- purpose: for each clock and group: cases left out, cases within and past the target
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $cohort $unit $interval $by $edition $known_on $target
-- result columns: register, interval_start, group, group_label, clock, basis, n, events, censored, excluded, before_coverage, from_start, within, past
-- An open case past the target counts as a miss; one not yet at the target is left out of the share.
with counted as (
    from cases_counted(
        $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
        $clock, $basis, $cohort, $unit, $interval, $by, $target
    )
),
-- a case without a date of receipt has no basis of its own: it is counted with the register's, that of most cases
usual as (
    select register, clock, arg_max(basis, (cases, basis)) as basis
    from (
        select register, clock, basis, sum(n + excluded) as cases
        from counted where basis is not null group by register, clock, basis
    )
    group by register, clock
)
select
    s.register,
    s.interval_start,
    s.group_id as "group",
    any_value(coalesce(g.label, n.recipient, s.group_id)) as group_label,
    s.clock,
    coalesce(s.basis, b.basis) as basis,
    sum(s.n)::bigint as n,
    sum(s.events)::bigint as events,
    sum(s.n - s.events)::bigint as censored,
    sum(s.excluded)::bigint as excluded,
    sum(s.before_coverage)::bigint as before_coverage,
    sum(s.from_start)::bigint as from_start,
    sum(s.within)::bigint as within,
    sum(s.past)::bigint as past
from counted as s
left join usual as b on s.register = b.register and s.clock = b.clock
left join core.group_labels as g on coalesce($by, 'all') = g.by_name and s.group_id = g.group_id
left join core.recipient_labels as n on $by = 'recipient' and s.register = n.register and s.group_id = n.recipient_id
group by s.register, s.interval_start, s.group_id, s.clock, coalesce(s.basis, b.basis)
order by s.register, s.interval_start nulls first, s.group_id, s.clock, coalesce(s.basis, b.basis)
