-- purpose: the one filter vocabulary, applied to events and spells in one place
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

create macro core.events_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset
) as table
select v.*
from core.events(known_on, only_edition) as v
inner join core.registers_in(wanted) as r on v.register = r.register
where (from_day is null or v.date >= from_day)
    and (to_day is null or v.date <= to_day)
    and (types is null or list_contains(types, v.recipient_type))
    and (tiers is null or list_contains(tiers, coalesce(v.tier, 'not_published')))
    and (routes is null or list_contains(routes, coalesce(v.route, 'not_published')))
    and (outcomes is null or list_contains(outcomes, v.outcome))
    and (wanted_recipient is null or v.recipient_id = wanted_recipient)
    and (wanted_reference is null or v.reference = wanted_reference or v.request = wanted_reference)
    and (wanted_dataset is null or v.dataset = wanted_dataset);

-- `cohort` says which date the period is about: received (the start of the clock) or closed (its end).
create macro core.spells_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name
) as table
select
    s.*,
    case when cohort_name = 'closed' then s.end_high else s.start_low end as cohort_date
from core.spells(known_on, only_edition) as s
inner join core.registers_in(wanted) as r on s.register = r.register
where (wanted_clock is null or s.clock = wanted_clock)
    and (wanted_basis is null or s.basis = wanted_basis)
    and (from_day is null or case when cohort_name = 'closed' then s.end_high else s.start_low end >= from_day)
    and (to_day is null or case when cohort_name = 'closed' then s.end_high else s.start_low end <= to_day)
    and (types is null or list_contains(types, s.recipient_type))
    and (tiers is null or list_contains(tiers, coalesce(s.tier, 'not_published')))
    and (routes is null or list_contains(routes, coalesce(s.route, 'not_published')))
    and (outcomes is null or list_contains(outcomes, s.outcome))
    and (wanted_recipient is null or s.recipient_id = wanted_recipient)
    and (wanted_reference is null or s.reference = wanted_reference)
    and (wanted_dataset is null or s.dataset = wanted_dataset);
