-- purpose: what a register itself leaves to decide: unexplained departures, unreadable values, a late edition
-- parameters: $register $to $edition $known_on
-- result columns: register, kind, count, since, edition, period_days, cadence, asked
-- Lateness is judged on the day asked: known_on, else to, else the last day that the build knows of. It is never the
-- day on the wall: the same build gives the same list.
with asked as (
    select coalesce($known_on, $to, max(greatest(as_at, coalesce(published, as_at)))) as day
    from core.editions_read($known_on, null)
),
of_registers as (
    select r.register, g.cadence, g.cadence_months, a.as_at, a.edition
    from core.registers_in($register) as r
    inner join reference.registers as g on r.register = g.register
    inner join as_at($known_on, $edition) as a on r.register = a.register
    where not a.selected -- a selection has no departures and no rhythm
),
gone as (
    select c.register, c.about, c.reference, c.occurrence, c.edition, c.edition_order, c.known_from
    from core.changes as c
    inner join of_registers as r on c.register = r.register
    semi join core.pairs_at($known_on) as p
        on c.register = p.register and c.edition = p.edition and c.previous = p.previous
    where c.kind = 'left_no_reason_published' and ($edition is null or c.edition = $edition)
        -- what came back needs no reason any more
        and not exists (
            from core.changes as b
            semi join core.pairs_at($known_on) as p
                on b.register = p.register and b.edition = p.edition and b.previous = p.previous
            where b.register = c.register and b.kind = 'added' and b.about = c.about and b.reference = c.reference
                and b.occurrence = c.occurrence and b.edition_order > c.edition_order
        )
),
departures as (
    select
        register,
        'departures' as kind,
        count(distinct (about, reference, occurrence)) as count,
        min(known_from) as since,
        arg_max(edition, edition_order) as edition
    from gone
    group by register
),
errors as (
    -- the same value in edition after edition is one; what has no value is known by its place
    select
        e.register,
        'errors' as kind,
        count(distinct (i.rule, i.column_name, coalesce(i.value, concat_ws(' ', i.edition, i.sheet, i.sheet_row)))) as count,
        min(e.as_at) as since,
        arg_max(e.edition, e.edition_order) as edition
    from core.issues as i
    inner join core.editions_read($known_on, $edition) as e on i.register = e.register and i.edition = e.edition
    inner join core.registers_in($register) as r on e.register = r.register
    where i.severity = 'error'
    group by e.register
),
rhythm as (
    select
        register,
        max(as_at) as last_as_at,
        coalesce(max(lag_days), 0)::integer as longest_lag,
        median(gap) filter (where gap > 0) as median_gap,
        count(gap) filter (where gap > 0) as gaps
    from (
        select
            register,
            as_at,
            date_diff('day', as_at, published) as lag_days,
            date_diff('day', lag(as_at) over (partition by register order by edition_order), as_at) as gap
        from core.editions_read($known_on, null)
    )
    group by register
),
expected as (
    select
        r.register,
        r.edition,
        r.cadence,
        h.longest_lag,
        case
            when r.cadence_months is null then h.last_as_at + ceil(h.median_gap)::integer
            -- the end of a month is followed by the end of a month
            when h.last_as_at = last_day(h.last_as_at) then last_day(h.last_as_at + to_months(r.cadence_months))
            else (h.last_as_at + to_months(r.cadence_months))::date
        end as next_as_at,
        h.last_as_at
    from of_registers as r
    inner join rhythm as h on r.register = h.register
    -- two gaps make a rhythm; a register that ended has none
    where r.cadence_months is not null or (r.cadence = '' and h.gaps >= 2)
),
late as (
    select
        e.register,
        'late_edition' as kind,
        1 + date_diff('day', e.next_as_at + e.longest_lag, q.day) // date_diff('day', e.last_as_at, e.next_as_at) as count,
        e.next_as_at + e.longest_lag as since,
        e.edition,
        date_diff('day', e.last_as_at, e.next_as_at) as period_days,
        e.cadence
    from expected as e
    cross join asked as q
    where $edition is null and q.day > e.next_as_at + e.longest_lag
)
select d.*, q.day as asked
from (
    select * from departures
    union all by name
    select * from errors
    union all by name
    select * from late
) as d
cross join asked as q
order by d.register, d.kind
