-- purpose: the registers a question is about, its groups and its intervals
-- parameters: none
-- result columns: none (creates macros)

-- The registers a question is about: the one named; else every real one that is about access to data. Those that
-- only exercise the machinery, and synthetic ones, answer when named or when nothing else is there.
create macro core.registers_in(wanted) as table
select r.* exclude (standing, best)
from (
    select *, min(standing) over () as best
    from (
        select q.*, case when q.synthetic then 3 when q.fixture then 2 else 1 end as standing
        from reference.registers as q
        where exists (from staging.editions as e where e.register = q.register)
    )
) as r
where r.register = wanted or (wanted is null and r.standing = r.best);

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
end;

create macro core.interval_end(interval_name, start_day) as
case interval_name
    when 'month' then (start_day + interval 1 month)::date - 1
    when 'quarter' then (start_day + interval 3 month)::date - 1
    when 'year' then (start_day + interval 1 year)::date - 1
end;

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
