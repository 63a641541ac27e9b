-- purpose: cases known to have ended, without a day: between which editions, and clocks that such bounds can answer
-- parameters: none
-- result columns: none (creates macros in the current schema: run once in as_known and once in latest)

-- What each edition showed of a case that has ended on no published day: the last that showed it open, and the first
-- after it that showed it ended. The end lies after the one and not after the other; nor before the period that a sheet
-- of cases closed in a period claims, where one lists it.
create macro ended_between(known_on, only_edition) as table
with shown as (
    select
        r.register, r.reference, r.edition, r.edition_order, r.as_at, r.survivor_only,
        r.outcome in ('released', 'reuse_permitted', 'refused', 'not_pursued', 'withdrawn', 'discontinued') as ended,
        coalesce(r.outcome in ('open', 'approved'), r.pending) as open
    from core.request_entries as r
    semi join core.editions_read(known_on, only_edition) as e on r.register = e.register and r.edition = e.edition
    semi join (from requests_as(known_on, only_edition) where excluded_rule = 'closed_undated') as q
        on r.register = q.register and r.reference = q.reference
),
seen_open as (
    select register, reference, max(edition_order) as last_order, max(as_at) as last_open
    from shown where open
    group by register, reference
)
select
    f.register, f.reference, f.last_open, f.first_ended,
    greatest(f.last_open + 1, case when not f.survivor_only then p.period_start end) as from_day -- null: receipt
from (
    select s.*, s.as_at as first_ended, o.last_open
    from shown as s
    left join seen_open as o on s.register = o.register and s.reference = o.reference
    where s.ended and s.edition_order > coalesce(o.last_order, -1)
    qualify row_number() over (partition by s.register, s.reference order by s.edition_order) = 1
) as f
left join (
    select register, edition, min(period_start) as period_start
    from staging.sheets where coverage = 'completed_only'
    group by register, edition
) as p on f.register = p.register and f.edition = p.edition;

-- A clock from receipt runs between editions where receipt and outcome are published, whether or not a day of closing is.
create macro bounded_clocks(known_on, only_edition) as table
select
    c.register,
    c.clock,
    c.answerable as dated,
    c.answerable or coalesce(k.known, false) as bounded
from answerable_clocks(known_on, only_edition) as c
left join (
    select
        register,
        count(distinct field) = 2 as known
    from reference.answerability as a
    where a.field in ('received_date', 'outcome') and a.status <> 'not_published' and a.basis <> 'period_end'
        and a.coverage <> 'selected'
        and exists (
            from core.editions_read(known_on, only_edition) as e where e.register = a.register and e.era = a.era
        )
    group by register
) as k on c.register = k.register
where c.clock like 'received%';

-- The cases that `spells` cannot time: where a clock has both its days, those that ended on no published day; where it
-- has not, every case. `kind`: `exact` (its end has a day), `between` (from end_low to end_high, both in), `censored` (still
-- open after end_low) or null (left out by its rule). Days are durations, counted as in `spells`.
create macro undated_spells(known_on, only_edition) as table
with told as (
    select
        c.clock,
        c.dated,
        q.*,
        b.last_open,
        b.from_day,
        b.first_ended,
        s.unbroken_from as enters,
        case c.clock
            when 'received_to_decision' then q.decided_date
            when 'received_to_release' then q.released_date
            when 'received_to_reuse' then q.reuse_date
            else q.closed_date
        end as happened,
        case c.clock
            when 'received_to_decision' then q.outcome in ('released', 'reuse_permitted', 'refused')
            when 'received_to_release' then q.outcome = 'released'
            when 'received_to_reuse' then q.outcome = 'reuse_permitted'
            else true
        end as is_event
    from requests_as(known_on, only_edition) as q
    inner join bounded_clocks(known_on, only_edition) as c on q.register = c.register and c.bounded
    left join ended_between(known_on, only_edition) as b on q.register = b.register and q.reference = b.reference
    left join coverage_start(known_on, only_edition) as s on q.register = s.register
    where not c.dated or q.excluded_rule = 'closed_undated'
),
kinds as (
    select
        *,
        case
            when excluded_rule is null then case when happened is not null then 'exact' else 'censored' end
            when excluded_rule <> 'closed_undated' then null
            when is_event then 'between'
            -- it ended in another way, on a day not known: at risk for as long as it was seen to be
            when last_open is not null then 'censored'
        end as kind
    from told
),
dated as (
    select
        *,
        case kind
            when 'exact' then happened
            -- one that entered late was at risk from the day after
            when 'between' then greatest(received_date, from_day, case when enters > received_date and from_day >= enters then enters + 1 end)
            else coalesce(case when excluded_rule is null then closed_date end, last_open, last_as_at)
        end as first_day,
        case kind when 'exact' then happened when 'between' then first_ended end as last_day
    from kinds
),
ruled as (
    select
        *,
        case
            when kind is null then coalesce(excluded_rule, 'closed_undated')
            when last_day < first_day or first_day < received_date then 'as_at_before_start'
            -- older than the listing: it may have ended before that began
            when enters > received_date and first_day < enters then 'before_coverage'
        end as rule
    from dated
)
select
    register, reference, clock, received_basis as basis, case when rule is null then kind end as kind, received_date as started,
    first_day as end_low, last_day as end_high, rule as excluded_rule,
    date_diff('day', received_date, first_day)::integer as first_length,
    date_diff('day', received_date, last_day)::integer as last_length,
    greatest(0, coalesce(date_diff('day', received_date, enters), 0))::integer as entry,
    (w1.working_day_number - w0.working_day_number) as first_working,
    (w2.working_day_number - w0.working_day_number) as last_working,
    greatest(0, coalesce(w3.working_day_number - w0.working_day_number, 0)) as entry_working,
    outcome, recipient, recipient_id, recipient_type, tier, route, dataset, legal_basis, entry_id
from ruled as s
left join reference.calendar as w0 on s.received_date = w0.day
left join reference.calendar as w1 on s.first_day = w1.day
left join reference.calendar as w2 on s.last_day = w2.day
left join reference.calendar as w3 on s.enters = w3.day;
