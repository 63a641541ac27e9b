-- purpose: the one filter vocabulary, as in 045, on cases whose end is known between editions only
-- parameters: none
-- result columns: none (creates a macro in the current schema: run once in as_known and once in latest)
create macro undated_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis
) as table
select s.*
from undated_spells(known_on, only_edition) as s
inner join core.registers_in(wanted) as r on s.register = r.register
where (wanted_clock is null or s.clock = wanted_clock)
    and (wanted_basis is null or s.basis = wanted_basis)
    and (from_day is null or s.started >= from_day)
    and (to_day is null or s.started <= to_day)
    and (types is null or list_contains(types, s.recipient_type))
    and (tiers is null or list_contains(tiers, coalesce(s.tier, 'not_published')))
    and (routes is null or list_contains(routes, coalesce(s.route, 'not_published')))
    and (outcomes is null or list_contains(outcomes, s.outcome))
    and (
        wanted_recipient is null
        or ((s.register, s.recipient_id) in (select (c.register, c.recipient_id) from core.recipients_called(wanted_recipient) as c))
    )
    and (wanted_reference is null or s.reference = wanted_reference)
    and (
        wanted_dataset is null or s.dataset = wanted_dataset
        or (s.register, s.dataset) in (select (p.register, p.dataset) from core.dataset_parts as p where p.part = wanted_dataset)
    );
