-- purpose: the registers a question is about, its filters, its groups and its intervals
-- parameters: none
-- result columns: none (creates tables and macros)

-- The registers a question is about: the one named; else every real one that is about access to data. Those that
-- only exercise the machinery, and synthetic ones, answer when named or when nothing else is there. '*', which no
-- register is called, is all of them: the build asks it.
create table core.registers_standing as
select * exclude (standing), standing = min(standing) over () as by_default
from (
    select q.*, case when q.synthetic then 3 when q.fixture then 2 else 1 end as standing
    from reference.registers as q
    where exists (from staging.editions as e where e.register = q.register)
);

create macro core.asked_about(wanted, register, by_default) as register = wanted or (wanted is null and by_default) or wanted = '*';

create macro core.registers_in(wanted) as table
select * exclude (by_default) from core.registers_standing where core.asked_about(wanted, register, by_default);

-- What the filters mean, said once for every list that they are put to; a filter that is null asks for nothing.
create macro core.kind_wanted(types, tiers, routes, recipient_type, tier, route) as
(types is null or list_contains(types, recipient_type))
    and (tiers is null or list_contains(tiers, coalesce(tier, 'not_published')))
    and (routes is null or list_contains(routes, coalesce(route, 'not_published')));

-- By its whole text, or by one of the several that the text holds.
create macro core.dataset_wanted(wanted, register, dataset) as
wanted is null or dataset = wanted
    or (register, dataset) in (select (p.register, p.dataset) from core.dataset_parts as p where p.part = wanted);

create macro core.group_of(by_name, recipient_type, tier, route, outcome, recipient_id, dataset, legal_basis) as
case by_name
    when 'type' then recipient_type
    when 'tier' then coalesce(tier, 'not_published')
    when 'route' then coalesce(route, 'not_published')
    when 'outcome' then outcome
    when 'recipient' then coalesce(recipient_id, 'not_published')
    when 'dataset' then coalesce(dataset, 'not_published')
    when 'legal_basis' then coalesce(legal_basis, 'not_published')
    else 'all'
end;

create macro core.interval_start(interval_name, day) as
case interval_name
    when 'month' then date_trunc('month', day)::date
    when 'quarter' then date_trunc('quarter', day)::date
    when 'year' then date_trunc('year', day)::date
    when 'day' then day -- the build asks for days
end;

create macro core.interval_end(interval_name, start_day) as
case interval_name
    when 'month' then (start_day + interval 1 month)::date - 1
    when 'quarter' then (start_day + interval 3 month)::date - 1
    when 'year' then (start_day + interval 1 year)::date - 1
end;

-- The words for every group that has words of its own; a recipient and a dataset are named by what they are.
create table core.group_labels as
select 'type' as by_name, recipient_type as group_id, label from reference.recipient_types
union all
select 'outcome', outcome, label from reference.outcomes
union all
select by_name, 'not_published', 'Not published'
from (values ('tier'), ('route'), ('recipient'), ('dataset'), ('legal_basis')) as v(by_name)
union all
select 'tier', tier, 'Tier ' || tier from (select distinct tier from staging.entries where tier is not null)
union all
select 'all', 'all', 'All';

create macro core.group_label(by_name, group_id, recipient_name) as
case
    when group_id = 'all' then 'All'
    when group_id = 'not_published' then 'Not published'
    when by_name = 'type' then (select label from reference.recipient_types where recipient_type = group_id)
    when by_name = 'outcome' then (select label from reference.outcomes where outcome = group_id)
    when by_name = 'tier' then 'Tier ' || group_id
    when by_name = 'recipient' then recipient_name
    else group_id
end;

-- Where a day stands to the period asked about: -1 before it, 0 in it, 1 after it. An event without a day is in the
-- whole time alone.
create macro core.phase_of(day, from_day, to_day, interval_name) as
case
    when day is null then case when from_day is null and to_day is null and interval_name is null then 0 else 1 end
    when day < from_day then -1
    when day > to_day then 1
    else 0
end::tinyint;

-- What happens to a request while it waits: received (0), an age reached (31, 61, 121 days), closed (-1).
create macro core.moves(received, closed) as
list_filter(
    [
        {step: 0, day: received},
        {step: 31, day: case when closed is null or closed >= received + 31 then received + 31 end},
        {step: 61, day: case when closed is null or closed >= received + 61 then received + 61 end},
        {step: 121, day: case when closed is null or closed >= received + 121 then received + 121 end},
        {step: -1, day: closed}
    ],
    lambda m: m.day is not null
);

create macro core.within_period(day, from_day, to_day) as
case when (from_day is null or day >= from_day) and (to_day is null or day <= to_day) then day end;
