-- purpose: the rows of `request_dates`, `events` and `spells` once more, narrow, for counting
-- parameters: none
-- result columns: none (creates tables)

-- Numbers stand for texts: a text is compared and grouped once a segment, not once a row. A segment is what can be
-- filtered and grouped by among few values.
-- `slim`: the least segment of the same type and tier, which is all that most questions tell apart.
create table core.segments as
select *, min(segment) over (partition by register, recipient_type, published_type, tier) as slim
from (
    select
        (row_number() over (order by register, recipient_type, published_type, tier, route, outcome, legal_basis))::integer as segment,
        *
    from (
        select distinct
            register, recipient_type, coalesce(published_type, '') as published_type, coalesce(tier, 'not_published') as tier,
            coalesce(route, 'not_published') as route, outcome, coalesce(legal_basis, 'not_published') as legal_basis
        from core.requests
        union
        select
            register, recipient_type, coalesce(published_type, ''), coalesce(tier, 'not_published'),
            coalesce(route, 'not_published'), outcome, coalesce(legal_basis, 'not_published')
        from core.releases
    )
);

create table core.recipient_numbers as
select (row_number() over (order by register, recipient_id))::integer as recipient_no, register, recipient_id
from (
    select distinct register, recipient_id from core.requests where recipient_id is not null
    union
    select distinct register, recipient_id from core.releases where recipient_id is not null
);

create table core.dataset_numbers as
select (row_number() over (order by register, dataset))::integer as dataset_no, register, dataset
from (
    select distinct register, dataset from core.requests where dataset is not null
    union
    select distinct register, dataset from core.releases where dataset is not null
);

create type core.clock_name as enum (select distinct clock from reference.clocks order by clock);
create type core.basis_name as enum (select distinct basis from latest.spells(null, null) where basis is not null order by basis);

-- The releases of registers that list them; elsewhere a request's first release is the only one known.
create table core.registers_of_releases as select distinct register from core.release_entries;

-- Every grouping of every segment, worked out once. A recipient and a data set are groups of their own numbers.
create table core.segment_groups as
with named as (
    select
        b.grouped_by,
        s.*,
        case b.grouped_by
            when 'segment' then s.segment::varchar
            when 'slim' then s.slim::varchar
            when 'cell' then s.slim::varchar -- beside its data set
            else core.group_of(b.grouped_by, s.recipient_type, s.tier, s.route, s.outcome, null, null, s.legal_basis)
        end as group_id
    from core.segments as s
    cross join (values ('all'), ('type'), ('tier'), ('route'), ('outcome'), ('legal_basis'), ('recipient'), ('dataset'), ('segment'), ('slim'), ('cell')) as b(grouped_by)
)
select
    n.*,
    min(n.segment) over (partition by n.grouped_by, n.register, n.group_id) as group_no,
    r.by_default,
    x.register is not null as lists_releases,
    a.as_at, a.received_known, a.decided_known, a.closed_known, a.refused_known, a.not_pursued_known,
    a.first_released_known, a.released_known, a.open_known, a.excluded_known,
    a.survivors_only
from named as n
inner join core.registers_standing as r on n.register = r.register
inner join core.latest_register_answers as a on n.register = a.register
left join core.registers_of_releases as x on n.register = x.register;

-- One row a request: `request_dates`.
create table core.request_facts as
select
    s.segment,
    coalesce(r.recipient_no, -u.least) as recipient_no,
    coalesce(d.dataset_no, -u.least) as dataset_no,
    q.received,
    q.decided,
    q.closed,
    q.refused,
    q.not_pursued,
    q.first_released,
    q.is_excluded,
    q.excluded
from latest.request_dates(null, null) as q
inner join core.segments as s
    on q.register = s.register and q.recipient_type = s.recipient_type and coalesce(q.published_type, '') = s.published_type
        and coalesce(q.tier, 'not_published') = s.tier and coalesce(q.route, 'not_published') = s.route
        and q.outcome = s.outcome and coalesce(q.legal_basis, 'not_published') = s.legal_basis
inner join (select register, min(segment) as least from core.segments group by register) as u on s.register = u.register
left join core.recipient_numbers as r on q.register = r.register and q.recipient_id = r.recipient_id
left join core.dataset_numbers as d on q.register = d.register and q.dataset = d.dataset;

create table core.release_facts as
select
    s.segment,
    coalesce(r.recipient_no, -u.least) as recipient_no,
    coalesce(d.dataset_no, -u.least) as dataset_no,
    v.date as released
from latest.events(null, null) as v
semi join core.registers_of_releases as x on v.register = x.register
inner join core.segments as s
    on v.register = s.register and v.recipient_type = s.recipient_type and coalesce(v.published_type, '') = s.published_type
        and coalesce(v.tier, 'not_published') = s.tier and coalesce(v.route, 'not_published') = s.route
        and v.outcome = s.outcome and coalesce(v.legal_basis, 'not_published') = s.legal_basis
inner join (select register, min(segment) as least from core.segments group by register) as u on s.register = u.register
left join core.recipient_numbers as r on v.register = r.register and v.recipient_id = r.recipient_id
left join core.dataset_numbers as d on v.register = d.register and v.dataset = d.dataset
where v.kind = 'released';

-- One row a case and clock: `spells`. `state`: 0 censored, 1 event, 2 left out, 3 left out because it closed before
-- every case was listed. `waited`: whether its wait is known, to its end or to the as-at date (`wait_rows`).
create table core.spell_facts as
select
    q.clock::core.clock_name as clock,
    q.basis::core.basis_name as basis,
    case
        when q.excluded_rule = 'before_coverage' then 3
        when q.excluded_rule is not null then 2
        when q.event then 1
        else 0
    end::utinyint as state,
    s.segment,
    coalesce(r.recipient_no, -u.least) as recipient_no,
    coalesce(d.dataset_no, -u.least) as dataset_no,
    q.start_low as started,
    q.end_high as ended,
    q.days,
    q.working_days,
    q.entry,
    q.entry_working,
    q.reference,
    q.censored,
    q.event or (q.censored and q.end_low = a.as_at) as waited
from latest.spells(null, null) as q
inner join latest.as_at(null, null) as a on q.register = a.register
inner join core.segments as s
    on q.register = s.register and q.recipient_type = s.recipient_type and coalesce(q.published_type, '') = s.published_type
        and coalesce(q.tier, 'not_published') = s.tier and coalesce(q.route, 'not_published') = s.route
        and q.outcome = s.outcome and coalesce(q.legal_basis, 'not_published') = s.legal_basis
inner join (select register, min(segment) as least from core.segments group by register) as u on s.register = u.register
left join core.recipient_numbers as r on q.register = r.register and q.recipient_id = r.recipient_id
left join core.dataset_numbers as d on q.register = d.register and q.dataset = d.dataset;

-- A cell is a data set asked for by one type and tier.
create macro core.cell_number(group_no, dataset_no) as group_no::bigint * 4294967296 + dataset_no;

create table core.cells as
select distinct core.cell_number(s.slim, f.dataset_no) as cell, s.slim, f.dataset_no
from (select segment, dataset_no from core.request_facts union select segment, dataset_no from core.release_facts) as f
inner join core.segments as s on f.segment = s.segment;

-- What the number of a group stands for, and what its register publishes. Numbers are of one register alone, so rows are
-- grouped by a number and by no text: where there is no recipient or data set, by less than 0.
create table core.group_numbers as
select
    n.*, a.as_at, a.received_known, a.decided_known, a.closed_known, a.refused_known, a.not_pursued_known,
    a.first_released_known, a.released_known, a.excluded_known, x.register is not null as lists_releases
from (
    select distinct grouped_by, register, group_no::bigint as group_no, group_id
    from core.segment_groups where grouped_by not in ('recipient', 'dataset', 'cell')
    union all
    select 'recipient', register, recipient_no, recipient_id from core.recipient_numbers
    union all
    select 'dataset', register, dataset_no, dataset from core.dataset_numbers
    union all
    select v.grouped_by, s.register, -min(s.segment), 'not_published'
    from core.segments as s cross join (values ('recipient'), ('dataset')) as v(grouped_by)
    group by all
    union all
    select 'cell', s.register, c.cell, c.cell::varchar
    from core.cells as c inner join core.segments as s on c.slim = s.segment
) as n
inner join core.latest_register_answers as a on n.register = a.register
left join core.registers_of_releases as x on n.register = x.register;

-- What a person can call a recipient or a data set, by number: by its own name, or by one of several in a cell.
create table core.recipient_picks as
select n.recipient_no, c.called
from core.recipient_numbers as n
inner join core.recipient_calls as c on n.register = c.register and n.recipient_id = c.recipient_id;

create table core.dataset_picks as
select dataset_no, dataset as called from core.dataset_numbers
union
select n.dataset_no, p.part
from core.dataset_numbers as n
inner join core.dataset_parts as p on n.register = p.register and n.dataset = p.dataset;

-- Who asks: one recipient as one type and tier, with all that it asked for. For registers in which one request has one row.
create table core.askers as
select
    (row_number() over (order by s.slim, f.recipient_no))::integer as asker,
    any_value(s.register) as register,
    any_value(s.by_default) as by_default,
    any_value(s.recipient_type) as recipient_type,
    any_value(s.published_type) as published_type,
    any_value(s.tier) as tier,
    s.slim,
    f.recipient_no,
    any_value(n.recipient_id) as recipient_id,
    count(coalesce(f.received, f.decided, f.closed, f.refused, f.not_pursued, f.first_released)) as requests,
    count(f.first_released) as releases,
    min(least(f.received, f.decided, f.closed, f.refused, f.not_pursued, f.first_released)) as first_day,
    max(greatest(f.received, f.decided, f.closed, f.refused, f.not_pursued, f.first_released)) as last_day
from core.request_facts as f
inner join core.segment_groups as s on s.grouped_by = 'all' and not s.lists_releases and f.segment = s.segment
left join core.recipient_numbers as n on f.recipient_no = n.recipient_no
group by s.slim, f.recipient_no;

-- The days on which anything happened to a request, each with the next: a request with any day in a period is counted
-- once, on the last of them.
create table core.request_days as
select
    segment, recipient_no, dataset_no, asker, day, next_day, coalesce(day = first_released, false) as is_release
from (
    select
        segment, recipient_no, dataset_no, asker, first_released,
        unnest(days) as day, unnest(list_append(days[2:], null)) as next_day
    from (
        select
            f.*, a.asker,
            case
                -- most requests are received on one day and end on another
                when greatest(f.decided, f.closed, f.refused, f.not_pursued, f.first_released)
                    = least(f.decided, f.closed, f.refused, f.not_pursued, f.first_released) and f.received < f.closed
                    then [f.received, f.closed]
                else list_sort(list_distinct(
                    [f.received, f.decided, f.closed, f.refused, f.not_pursued, f.first_released]
                ))
            end as days
        from core.request_facts as f
        inner join core.segments as s on f.segment = s.segment
        inner join core.askers as a on s.slim = a.slim and f.recipient_no = a.recipient_no
    )
    where len(days) > 0
)
order by day, segment, recipient_no, dataset_no;

-- What is asked of all rows whatever the filters, worked out once.
create table core.first_listed as from latest.first_listed(null, null);
create table core.open_requests as
select q.*, r.by_default
from latest.open_requests(null, null) as q
inner join core.registers_standing as r on q.register = r.register
order by q.register, q.received, q.reference;
create table core.events_by_day as from latest.events_by_day(null, null);
create macro facts.open_requests(known_on, only_edition) as table select * exclude (by_default) from core.open_requests;

-- Where nothing is asked but the register, a place in the list says which these are.
create macro unfiltered.longest_open(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, wanted_recipient, wanted_reference, wanted_dataset,
    most
) as table
select * exclude (by_default)
from core.open_requests
where place <= coalesce(most, 10) and core.asked_about(wanted, register, by_default);
create or replace macro latest.first_listed(known_on, only_edition) as table from core.first_listed;
create or replace macro latest.events_by_day(known_on, only_edition) as table from core.events_by_day;
