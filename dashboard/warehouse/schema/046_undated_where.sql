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
    and core.kind_wanted(types, tiers, routes, s.recipient_type, s.tier, s.route)
    and (outcomes is null or list_contains(outcomes, s.outcome))
    and core.recipient_wanted(wanted_recipient, s.register, s.recipient_id)
    and (wanted_reference is null or s.reference = wanted_reference)
    and core.dataset_wanted(wanted_dataset, s.register, s.dataset);
