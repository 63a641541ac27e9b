-- purpose: the facts every measure counts: events (one row a countable thing) and spells (one row a case and clock)
-- parameters: none
-- result columns: none (creates macros in the current schema, which is as_known)

-- Every request, with the date of each thing counted of it: what `events`, the facts and the marts are all made of. Where
-- receipt is published, requests whose dates cannot be used leave every count but `excluded`.
create macro requests_dated(known_on, only_edition) as table
select
    q.*,
    case when coalesce(a.answerable, false) and q.excluded_rule is null then q.received_date end as received,
    case when not coalesce(a.answerable, false) or q.excluded_rule is null then q.decided_date end as decided,
    case when not coalesce(a.answerable, false) or q.excluded_rule is null then q.closed_date end as closed,
    case when not coalesce(a.answerable, false) or q.excluded_rule is null then q.refused_date end as refused,
    case
        when q.outcome = 'not_pursued' and (not coalesce(a.answerable, false) or q.excluded_rule is null) then q.ended_date
    end as not_pursued,
    case when not coalesce(a.answerable, false) or q.excluded_rule is null then q.released_date end as first_released,
    coalesce(a.answerable, false) and q.excluded_rule is not null as is_excluded,
    case
        when coalesce(a.answerable, false) and q.excluded_rule is not null then coalesce(q.received_date, q.closed_date)
    end as excluded
from requests_as(known_on, only_edition) as q
left join answerable_columns(known_on, only_edition) as a on q.register = a.register and a.column_name = 'received';

-- Those that count: a selection supports no count.
create macro request_dates(known_on, only_edition) as table
select
    register, reference, entry_id, recipient, recipient_id, recipient_type, published_type, tier, route, outcome, dataset,
    legal_basis, received, decided, closed, refused, not_pursued, first_released, is_excluded, excluded
from requests_dated(known_on, only_edition)
where not selected;

-- An event is one thing counted in one column of `volumes`, on its own date, with the attributes it can be
-- grouped by. The measures aggregate these rows and `--rows` lists them, so the two cannot differ.
create macro events(known_on, only_edition) as table
with requests as (from request_dates(known_on, only_edition)),
counted as (
    select 'received' as kind, received as date, * from requests where received is not null
    union all
    select 'decided', decided, * from requests where decided is not null
    union all
    select 'closed', closed, * from requests where closed is not null
    union all
    select 'refused', refused, * from requests where refused is not null
    union all
    select 'not_pursued', not_pursued, * from requests where not_pursued is not null
    union all
    select 'first_released', first_released, * from requests where first_released is not null
    union all
    select 'excluded', excluded, * from requests where is_excluded
)
select
    register, kind, date, reference as request, reference, 1 as occurrence, entry_id, recipient, recipient_id,
    recipient_type, published_type, tier, route, outcome, dataset, legal_basis
from counted
union all
select
    r.register, 'released', r.released_date, r.request, r.reference, r.occurrence, r.entry_id, r.recipient,
    r.recipient_id, r.recipient_type, r.published_type, r.tier, r.route, r.outcome, r.dataset, r.legal_basis
from releases_as(known_on, only_edition) as r
left join requests as q on r.register = q.register and r.request = q.reference
where r.released_date is not null and not r.selected and not coalesce(q.is_excluded, false);

-- A spell is one request on one clock. Days are counted from the day after the start, so a case that ends on
-- the day it began lasts 0. Delayed entry: a case received before the register listed every case enters when
-- that listing began. A case still open ends, censored, at the last as-at date at which it was seen.
create macro spells(known_on, only_edition) as table
with requests as (
    select
        q.*, c.unbroken_from, f.first_order as register_first_order, f.published,
        f.first_as_at as register_first_as_at, f.first_published as register_first_published
    from requests_as(known_on, only_edition) as q
    left join coverage_start(known_on, only_edition) as c on q.register = c.register
    left join (
        select
            e.register, e.edition, e.published, first_value(e.edition_order) over w as first_order,
            first_value(e.as_at) over w as first_as_at, first_value(e.published) over w as first_published
        from core.editions_read(known_on, only_edition) as e
        window w as (partition by e.register order by e.edition_order)
    ) as f on q.register = f.register and q.first_edition = f.edition
),
clocks as (
    select
        'received_to_outcome' as clock, received_basis as basis, received_date as started,
        closed_date as ended, closed_date is not null as event, excluded_rule as rule, * from requests
    union all
    -- refused or granted; the other endings compete and censor the clock on their day
    select
        'received_to_decision', received_basis, received_date,
        coalesce(decided_date, closed_date), decided_date is not null,
        -- approved, on a day not published: decided, and no case still waiting for it
        case when excluded_rule is null and decided_date is null and outcome = 'approved' then 'approval_missing' else excluded_rule end,
        * from requests
    union all
    select
        'received_to_release', received_basis, received_date,
        coalesce(released_date, closed_date), released_date is not null, excluded_rule, * from requests
    union all
    select
        'received_to_reuse', received_basis, received_date,
        coalesce(reuse_date, closed_date), reuse_date is not null, excluded_rule, * from requests
    union all
    select
        'approval_to_release', 'stated', approved_date,
        coalesce(released_date, closed_date), released_date is not null,
        case
            when approved_date is null then 'approval_missing'
            when coalesce(released_date, closed_date) < approved_date then 'closed_before_approved'
        end, * from requests
    union all
    -- What stood in the first edition may have been published before it, so it says nothing of the wait. Of an approval
    -- older than that edition and first listed later, only the long wait could be seen: it enters when that one came out.
    select
        'approval_to_first_published', 'stated', approved_date, published, published is not null,
        case
            when approved_date is null then 'approval_missing'
            when first_order = register_first_order then 'in_first_edition'
            when published is null then 'published_missing'
            when approved_date <= register_first_as_at and register_first_published is null then 'published_missing'
            when published < approved_date then 'published_before_approved'
        end, * from requests
),
timed as (
    select
        *,
        coalesce(ended, last_as_at) as last_day,
        case
            when clock like 'received%' then unbroken_from
            when clock = 'approval_to_first_published' and started <= register_first_as_at then register_first_published
        end as enters
    from clocks
),
ruled as (
    select
        *,
        case
            when rule is not null then rule
            when last_day < started then 'as_at_before_start'
            when enters is not null and last_day < enters then 'before_coverage'
        end as excluded_rule_of_clock
    from timed
)
select
    s.register,
    s.reference,
    s.clock,
    s.basis,
    case when excluded_rule_of_clock is null then greatest(0, coalesce(date_diff('day', started, enters), 0)) end::integer as entry,
    started as start_low,
    started as start_high,
    last_day as end_low,
    case when ended is not null then last_day end as end_high,
    excluded_rule_of_clock is null and event as event,
    excluded_rule_of_clock is null and not event as censored,
    excluded_rule_of_clock as excluded_rule,
    case when excluded_rule_of_clock is null then date_diff('day', started, last_day) end::integer as days,
    case when excluded_rule_of_clock is null then w2.working_day_number - w1.working_day_number end as working_days,
    case
        when excluded_rule_of_clock is null
            then greatest(0, coalesce(w3.working_day_number - w1.working_day_number, 0))
    end as entry_working,
    s.outcome,
    s.closed_date,
    s.selected,
    s.recipient,
    s.recipient_id,
    s.recipient_type,
    s.published_type,
    s.tier,
    s.route,
    s.dataset,
    s.legal_basis,
    s.entry_id
from ruled as s
inner join answerable_clocks(known_on, only_edition) as a on s.register = a.register and s.clock = a.clock and a.answerable
left join reference.calendar as w1 on s.started = w1.day
left join reference.calendar as w2 on s.last_day = w2.day
left join reference.calendar as w3 on s.enters = w3.day;
