-- purpose: the registers a question is about, its groups and its intervals
-- parameters: none
-- result columns: none (creates macros)

-- The registers a question is about: the one named, else every real one; synthetic ones only when named or
-- when nothing else is there.
create macro core.registers_in(wanted) as table
select r.*
from reference.registers as r
where exists (from staging.editions as e where e.register = r.register)
    and (
        r.register = wanted
        or (
            wanted is null
            and (
                not r.synthetic
                or not exists (
                    from reference.registers as o
                    inner join staging.editions as e on o.register = e.register
                    where not o.synthetic
                )
            )
        )
    );

create macro core.group_of(by_name, recipient_type, tier, route, outcome, recipient_id, dataset) as
case by_name
    when 'type' then recipient_type
    when 'tier' then coalesce(tier, 'not_published')
    when 'route' then coalesce(route, 'not_published')
    when 'outcome' then outcome
    when 'recipient' then coalesce(recipient_id, 'not_published')
    when 'dataset' then coalesce(dataset, 'not_published')
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
