-- purpose: of the cases that 'spells' cannot time, how many ended from one day of waiting to another or were open after one
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $unit $by $edition $known_on
-- result columns: register, group, clock, basis, kind, first, last, entry, count
-- `kind` is null for those left out. A case that ends on the day it would enter was never at risk.
with cases as (
    select
        *,
        core.group_of($by, recipient_type, tier, route, outcome, recipient_id, dataset, legal_basis) as group_id,
        case when $unit = 'working' then first_working else first_length end as first_day,
        case when $unit = 'working' then last_working else last_length end as last_day,
        case when $unit = 'working' then entry_working else entry end as enters
    from undated_where(
        $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
        $clock, $basis
    )
),
ruled as (
    select *, case when enters = 0 or first_day > enters then kind end as known from cases
)
select
    s.register,
    s.group_id as "group",
    s.clock,
    s.basis,
    s.known as kind,
    case when s.known is not null then s.first_day end as "first",
    case when s.known is not null then s.last_day end as "last",
    case when s.known is not null then s.enters end as entry,
    count(*) as "count"
from ruled as s
group by s.register, s.group_id, s.clock, s.basis, s.known, case when s.known is not null then s.first_day end,
    case when s.known is not null then s.last_day end, case when s.known is not null then s.enters end
order by s.register, s.group_id, s.clock, s.basis, s.known, "first", "last", entry
