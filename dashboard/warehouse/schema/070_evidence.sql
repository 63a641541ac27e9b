-- purpose: the records behind figures that are not counts of requests: counts of people, figures of others, decisions
-- parameters: none
-- result columns: none (creates macros)

-- A measure adds these up and its rows list them, so the two cannot differ. What they call without a schema (events,
-- as_at, answerable_columns) is looked up where the query looks, as_known or latest.

-- Every published count of people, edition by edition, with the version of its figure: a later edition that gives it
-- otherwise begins another version.
create macro core.person_counts_told(wanted, from_day, to_day, known_on, only_edition) as table
with published as (
    select
        p.*,
        e.published,
        e.file,
        row_number() over (
            partition by p.register, p.edition, p.body, p.unit, coalesce(p.period_start::varchar, p.period_text), p.period_end
            order by p.sheet, p.sheet_row
        ) as occurrence,
        coalesce(p.period_start::varchar, p.period_text) as period_key
    from staging.person_counts as p
    inner join core.registers_in(wanted) as r on p.register = r.register
    inner join staging.editions as e on p.register = e.register and p.edition = e.edition
    -- a replaced edition too: its figures were published, and superseded
    where (only_edition is null or p.edition = only_edition) and (known_on is null or e.known_from <= known_on)
        and (from_day is null or p.period_start >= from_day)
        and (to_day is null or p.period_end <= to_day)
),
told as (
    select
        *,
        lag({requested: requested, supplied: supplied, people: people}) over same as said_before,
        lag(edition) over same is null as first
    from published
    window same as (
        partition by register, body, unit, period_key, period_end, occurrence order by edition_order
    )
)
select
    * exclude (said_before, first),
    sum(case when first or said_before is distinct from {requested: requested, supplied: supplied, people: people} then 1 else 0 end)
        over (partition by register, body, unit, period_key, period_end, occurrence order by edition_order) as version
from told;

-- Figures that others published, as known on a day.
create macro core.figures_known(wanted, from_day, to_day, known_on) as table
select *
from reference.published_figures
where (wanted is null or register = wanted)
    -- one of unknown date cannot be said to have been known on a day
    and (known_on is null or published <= known_on)
    and (from_day is null or period_start >= from_day)
    and (to_day is null or period_end <= to_day);

-- What of ours a comparable figure counts, one row an event: what `figures_judged` adds up by day. The number open is of the last day: received by then and not closed.
create macro core.figures_counted(wanted, from_day, to_day, known_on, only_edition) as table
with known as (from core.figures_known(wanted, from_day, to_day, known_on) where comparable is not null),
happened as (
    from events(known_on, only_edition) as v
    semi join (select distinct register from known) as k on v.register = k.register
),
closed as (select register, request, date from happened where kind = 'closed')
select k.position, v.*
from known as k
inner join happened as v
    on k.register = v.register and v.date <= k.period_end
        and v.kind = case when k.comparable = 'open_at_end' then 'received' else k.comparable end
        and (k.comparable = 'open_at_end' or v.date >= k.period_start)
        and (k.category not like 'Tier %' or v.tier = right(k.category, 1))
        and (k.category <> 'unclassified' or v.tier is null)
left join closed as c
    on k.comparable = 'open_at_end' and v.register = c.register and v.request = c.request and c.date <= k.period_end
where c.request is null;

-- Whether ours stands beside theirs, and if not why; both numbers, unjudged.
create macro core.figures_judged(wanted, from_day, to_day, known_on, only_edition) as table
with known as (from core.figures_known(wanted, from_day, to_day, known_on)),
listed as (
    select s.register, min(s.period_start) as listed_from
    from staging.sheets as s
    semi join core.editions_read(known_on, only_edition) as e on s.register = e.register and s.edition = e.edition
    where s.coverage in ('complete', 'completed_only')
    group by s.register
),
happened as (
    from events_by_day(known_on, only_edition) as v
    semi join (select distinct register from known where comparable is not null) as k on v.register = k.register
),
begun as (
    select v.register, coalesce(any_value(l.listed_from), date_trunc('quarter', min(v.date))::date) as listed_from
    from happened as v left join listed as l on v.register = l.register
    group by v.register
),
counted as (
    select
        k.position,
        coalesce(sum(case when k.comparable = 'open_at_end' and v.kind = 'closed' then -v.events else v.events end), 0)::bigint as count
    from known as k
    inner join happened as v
        on k.register = v.register and v.date <= k.period_end
            and case
                when k.comparable = 'open_at_end' then v.kind in ('received', 'closed')
                else v.kind = k.comparable and v.date >= k.period_start
            end
            and (k.category not like 'Tier %' or v.tier = right(k.category, 1))
            and (k.category <> 'unclassified' or v.tier is null)
    where k.comparable is not null
    group by k.position
)
select
    k.*,
    b.listed_from,
    a.as_at,
    coalesce(c.count, 0) as count,
    s.figure as corrected_by,
    case
        when k.comparable is null then 'scope'
        when k.status = 'ambiguous' then 'ambiguous'
        when s.figure is not null then 'superseded'
        when a.register is null then 'no edition'
        when a.selected then 'selection'
        when not coalesce(n.answerable, false) then 'not published'
        when b.listed_from is null or b.listed_from > k.period_start then 'begins later'
        when a.as_at < k.period_end then 'ends earlier'
    end as refusal
from known as k
left join known as s on k.superseded_by = s.figure
left join as_at(known_on, only_edition) as a on k.register = a.register
left join answerable_columns(known_on, only_edition) as n on k.register = n.register and k.comparable = n.column_name
left join begun as b on k.register = b.register
left join counted as c on k.position = c.position;

-- Commitments, one row a register that each is about, with what was known of it on a day and whether its own day has
-- passed by the day asked; without one, by the last day that the register's editions speak of: never that on the wall.
create macro core.commitments_judged(wanted, known_on, only_edition) as table
with about as (
    select c.*, a.as_at, coalesce(known_on, a.as_at) as judged_on, coalesce(c.progress_on <= known_on, true) as told
    from (select *, unnest(string_split(registers, ' ')) as register from reference.commitments) as c
    left join as_at(known_on, only_edition) as a on c.register = a.register
    where (wanted is null or c.register = wanted) and (known_on is null or c.made <= known_on)
)
select
    *,
    case
        when due_date is not null and judged_on is not null
            then due_date < judged_on and (not told or status in ('in_progress', 'not_published'))
    end as overdue
from about;

-- Lateness is judged on the day asked: known_on, else to, else the last day that the build knows of. It is never the
-- day on the wall: the same build gives the same list.
create macro core.day_asked(known_on, to_day) as table
select coalesce(known_on, to_day, max(greatest(as_at, coalesce(published, as_at)))) as day
from core.editions_read(known_on, null);

-- Rows that left with no reason published and have not come back. A selection has no departures.
create macro core.unexplained_departures(wanted, known_on, only_edition) as table
select c.*
from core.changes as c
inner join core.registers_in(wanted) as r on c.register = r.register
semi join (from as_at(known_on, only_edition) where not selected) as a on c.register = a.register
semi join core.pairs_at(known_on) as p
    on c.register = p.register and c.edition = p.edition and c.previous = p.previous
where c.kind = 'left_no_reason_published' and (only_edition is null or c.edition = only_edition)
    -- what came back needs no reason any more
    and not exists (
        from core.changes as b
        semi join core.pairs_at(known_on) as p
            on b.register = p.register and b.edition = p.edition and b.previous = p.previous
        where b.register = c.register and b.kind = 'added' and b.about = c.about and b.reference = c.reference
            and b.occurrence = c.occurrence and b.edition_order > c.edition_order
    );

-- Values that could not be read. The same value in edition after edition is one (`error`); what has no value is known
-- by its place.
create macro core.unreadable_values(wanted, known_on, only_edition) as table
select
    i.*, e.as_at, e.edition_order, e.file,
    (i.rule, i.column_name, coalesce(i.value, concat_ws(' ', i.edition, i.sheet, i.sheet_row))) as error
from core.issues as i
inner join core.editions_read(known_on, only_edition) as e on i.register = e.register and i.edition = e.edition
inner join core.registers_in(wanted) as r on e.register = r.register
where i.severity = 'error';

-- Registers whose next edition is overdue: by what the publisher says of its rhythm, else by the register's own.
create macro core.late_editions(wanted, to_day, known_on, only_edition) as table
with of_registers as (
    select r.register, g.cadence, g.cadence_months, a.edition
    from core.registers_in(wanted) as r
    inner join reference.registers as g on r.register = g.register
    inner join as_at(known_on, only_edition) as a on r.register = a.register
    where not a.selected -- a selection has no rhythm
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
        from core.editions_read(known_on, null)
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
)
select
    e.register,
    1 + date_diff('day', e.next_as_at + e.longest_lag, q.day) // date_diff('day', e.last_as_at, e.next_as_at) as count,
    e.next_as_at + e.longest_lag as since,
    e.edition,
    date_diff('day', e.last_as_at, e.next_as_at) as period_days,
    e.cadence
from expected as e
cross join core.day_asked(known_on, to_day) as q
where only_edition is null and q.day > e.next_as_at + e.longest_lag;

-- Every record that a decision rests on, under its kind and item. What is counted, each once, is what `counted` names:
-- a value that stays unreadable through ten editions is ten records and one value.
create macro core.decision_evidence(wanted, from_day, to_day, known_on, only_edition) as table
select
    d.register, 'departures' as kind, null::varchar as item, (d.about, d.reference, d.occurrence)::varchar as counted,
    d.known_from as day, d.reference, d.occurrence, null::varchar as column_name, d.kind as rule, null::varchar as value,
    null::bigint as ours, d.words, d.edition as seen_in, d.edition_order, d.previous as edition, e.file, d.sheet, d.sheet_row
from core.unexplained_departures(wanted, known_on, only_edition) as d
left join staging.editions as e on d.register = e.register and d.previous = e.edition
union all by name
select
    u.register, 'errors' as kind, u.error::varchar as counted, u.as_at as day, u.column_name, u.rule, u.value, u.words,
    u.edition as seen_in, u.edition_order, u.edition, u.file, u.sheet, u.sheet_row
from core.unreadable_values(wanted, known_on, only_edition) as u
union all by name
select
    f.register, 'figures' as kind, f.source as item, f.position::varchar as counted, f.published as day,
    f.category as reference, f.measure as column_name, f.value::varchar as value, f.count as ours,
    f.explanation as words, f.file, f.file_row as sheet_row
from core.figures_judged(wanted, from_day, to_day, known_on, only_edition) as f
inner join core.registers_in(wanted) as r on f.register = r.register
where f.refusal is null and f.count <> f.value
    and coalesce(f.published <= coalesce(known_on, to_day), true)
union all by name
select
    c.register, 'commitments' as kind, c.ref as item, c.ref as counted, c.due_date as day, c.ref as reference,
    c.status as rule, c.text as words, c.file, c.file_row as sheet_row
from core.commitments_judged(
    wanted, coalesce(known_on, to_day), case when known_on is null and to_day is null then only_edition end
) as c
inner join core.registers_in(wanted) as r on c.register = r.register
where c.overdue and c.as_at is not null
union all by name
-- what its rhythm was read from
select
    l.register, 'late_edition' as kind, e.edition as counted, e.as_at as day, l.cadence as rule,
    e.published::varchar as value, e.edition as seen_in, e.edition_order, e.edition, e.file
from core.late_editions(wanted, to_day, known_on, only_edition) as l
inner join core.editions_read(known_on, null) as e on l.register = e.register;
