-- purpose: what waits for a decision, counted by kind: departures, figures that differ, what is overdue or unreadable or late
-- parameters: $register $from $to $edition $known_on
-- result columns: register, kind, item, count, since, edition, most, judged_on, period_days, cadence, asked
with items as (
    select
        register, kind,
        case when kind = 'figures' then item end as item,
        count(distinct counted) as count,
        min(day) as since,
        arg_max(seen_in, edition_order) as edition,
        arg_min(item, (day, item)) as first_item,
        max(abs(ours - value::bigint)) filter (where kind = 'figures') as most
    from core.decision_evidence($register, $from, $to, $known_on, $edition)
    where kind <> 'late_edition'
    group by register, kind, case when kind = 'figures' then item end
)
select
    i.register, i.kind, coalesce(i.item, case when i.kind = 'commitments' then i.first_item end) as item, i.count, i.since,
    i.edition, i.most,
    case when i.kind = 'commitments' then coalesce($known_on, $to, a.as_at) end as judged_on,
    null::bigint as period_days, null::varchar as cadence, q.day as asked
from items as i
inner join as_at($known_on, $edition) as a on i.register = a.register
cross join core.day_asked($known_on, $to) as q
union all by name
select l.register, 'late_edition' as kind, l.count, l.since, l.edition, l.period_days, l.cadence, q.day as asked
from core.late_editions($register, $to, $known_on, $edition) as l
cross join core.day_asked($known_on, $to) as q
order by all
