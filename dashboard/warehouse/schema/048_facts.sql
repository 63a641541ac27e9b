-- purpose: the rows of `request_dates`, `events` and `spells` once more, narrow, for counting
-- parameters: none
-- result columns: none (creates tables)

-- Numbers stand for texts: a text is compared and grouped once a segment, not once a row. A segment is what can be
-- filtered and grouped by among few values.
create table core.segments as
select (row_number() over (order by register, recipient_type, published_type, tier, route, outcome, legal_basis))::integer as segment,
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

create table core.basis_numbers as
select (row_number() over (order by basis))::utinyint as basis_no, basis
from (select distinct basis from latest.spells(null, null) where basis is not null);

create table core.clock_numbers as
select distinct position::utinyint as clock_no, clock from reference.clocks order by all;

-- One row a request: `request_dates`.
create table core.request_facts as
select
    s.segment,
    coalesce(r.recipient_no, 0) as recipient_no,
    coalesce(d.dataset_no, 0) as dataset_no,
    q.received,
    q.decided,
    q.closed,
    q.refused,
    q.not_pursued,
    q.first_released,
    q.is_excluded,
    q.excluded,
    -- recipients count a request with any event
    least(q.received, q.decided, q.closed, q.refused, q.not_pursued, q.first_released) as first_day,
    greatest(q.received, q.decided, q.closed, q.refused, q.not_pursued, q.first_released) as last_day
from latest.request_dates(null, null) as q
inner join core.segments as s
    on q.register = s.register and q.recipient_type = s.recipient_type and coalesce(q.published_type, '') = s.published_type
        and coalesce(q.tier, 'not_published') = s.tier and coalesce(q.route, 'not_published') = s.route
        and q.outcome = s.outcome and coalesce(q.legal_basis, 'not_published') = s.legal_basis
left join core.recipient_numbers as r on q.register = r.register and q.recipient_id = r.recipient_id
left join core.dataset_numbers as d on q.register = d.register and q.dataset = d.dataset;

-- The releases of registers that list them; elsewhere a request's first release is the only one known.
create table core.registers_of_releases as select distinct register from core.release_entries;

create table core.release_facts as
select
    s.segment,
    coalesce(r.recipient_no, 0) as recipient_no,
    coalesce(d.dataset_no, 0) as dataset_no,
    v.date as released
from latest.events(null, null) as v
semi join core.registers_of_releases as x on v.register = x.register
inner join core.segments as s
    on v.register = s.register and v.recipient_type = s.recipient_type and coalesce(v.published_type, '') = s.published_type
        and coalesce(v.tier, 'not_published') = s.tier and coalesce(v.route, 'not_published') = s.route
        and v.outcome = s.outcome and coalesce(v.legal_basis, 'not_published') = s.legal_basis
left join core.recipient_numbers as r on v.register = r.register and v.recipient_id = r.recipient_id
left join core.dataset_numbers as d on v.register = d.register and v.dataset = d.dataset
where v.kind = 'released';

-- One row a case and clock: `spells`. `state`: 0 censored, 1 event, 2 left out, 3 left out because it closed before
-- every case was listed.
create table core.spell_facts as
select
    c.clock_no,
    coalesce(b.basis_no, 0)::utinyint as basis_no,
    case
        when q.excluded_rule = 'before_coverage' then 3
        when q.excluded_rule is not null then 2
        when q.event then 1
        else 0
    end::utinyint as state,
    s.segment,
    coalesce(r.recipient_no, 0) as recipient_no,
    coalesce(d.dataset_no, 0) as dataset_no,
    q.start_low as started,
    q.end_high as ended,
    q.days,
    q.working_days,
    q.entry,
    q.entry_working
from latest.spells(null, null) as q
inner join core.clock_numbers as c on q.clock = c.clock
left join core.basis_numbers as b on q.basis = b.basis
inner join core.segments as s
    on q.register = s.register and q.recipient_type = s.recipient_type and coalesce(q.published_type, '') = s.published_type
        and coalesce(q.tier, 'not_published') = s.tier and coalesce(q.route, 'not_published') = s.route
        and q.outcome = s.outcome and coalesce(q.legal_basis, 'not_published') = s.legal_basis
left join core.recipient_numbers as r on q.register = r.register and q.recipient_id = r.recipient_id
left join core.dataset_numbers as d on q.register = d.register and q.dataset = d.dataset;
