-- purpose: how many cases of a clock ended from one day of waiting to another, or were still open after one
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $unit $by $edition $known_on
-- result columns: register, group, group_label, clock, basis, kind, first, last, entry, count
-- `kind` is null for those left out. A case that ends on the day it would enter was never at risk.
with cases as (
    select
        *,
        core.group_of($by, recipient_type, tier, route, outcome, recipient_id, dataset) as group_id,
        case when $unit = 'working' then first_working else first_length end as first_day,
        case when $unit = 'working' then last_working else last_length end as last_day,
        case when $unit = 'working' then entry_working else entry end as enters
    from bounded_where(
        $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference,
        $dataset, $clock, $basis
    )
),
ruled as (
    select
        *,
        case when enters = 0 or first_day > enters then kind end as known
    from cases
)
select
    register,
    group_id as "group",
    core.group_label($by, group_id, min(recipient)) as group_label,
    clock,
    basis,
    known as kind,
    case when known is not null then first_day end as "first",
    case when known is not null then last_day end as "last",
    case when known is not null then enters end as entry,
    count(*) as "count"
from ruled
group by register, group_id, clock, basis, known, case when known is not null then first_day end,
    case when known is not null then last_day end, case when known is not null then enters end
order by all
