-- purpose: for each clock and group: cases left out, cases within and past the target
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $cohort $unit $interval $by $edition $known_on $target
-- result columns: register, interval_start, group, group_label, clock, basis, n, events, censored, excluded, before_coverage, from_start, within, past
-- An open case past the target counts as a miss; one not yet at the target is left out of the share.
with spells as (
    select
        *,
        core.interval_start($interval, coalesce(cohort_date, end_high)) as interval_start,
        core.group_of($by, recipient_type, tier, route, outcome, recipient_id, dataset, legal_basis) as group_id,
        case when $unit = 'working' then working_days else days end as length,
        case when $unit = 'working' then entry_working else entry end as enters
    from spells_where(
        $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference,
        $dataset, $clock, $basis, $cohort
    )
    where coalesce($cohort, 'received') = 'received' or event or excluded_rule is not null
),
ruled as (
    select
        *,
        excluded_rule is null and (enters = 0 or length > enters) as counts
    from spells
)
select
    s.register,
    s.interval_start,
    s.group_id as "group",
    core.group_label($by, s.group_id, min(s.recipient)) as group_label,
    s.clock,
    -- a case without a date of receipt has no basis of its own: it is counted with the register's
    coalesce(s.basis, b.basis) as basis,
    count(*) filter (where counts) as n,
    count(*) filter (where counts and event) as events,
    count(*) filter (where counts and censored) as censored,
    count(*) filter (where not counts) as excluded,
    count(*) filter (where not counts and (excluded_rule is null or excluded_rule = 'before_coverage')) as before_coverage,
    count(*) filter (where counts and enters = 0) as from_start,
    -- a case that entered late had already missed its chance to be quick, so only those watched from the start
    count(*) filter (where counts and enters = 0 and event and length <= $target) as within,
    count(*) filter (where counts and enters = 0 and length > $target) as past
from ruled as s
left join (
    select register, clock, arg_max(basis, (cases, basis)) as basis
    from (select register, clock, basis, count(*) as cases from ruled where basis is not null group by all)
    group by register, clock
) as b on s.register = b.register and s.clock = b.clock
group by s.register, s.interval_start, s.group_id, s.clock, coalesce(s.basis, b.basis)
order by s.register, s.interval_start nulls first, s.group_id, s.clock, coalesce(s.basis, b.basis)
