-- purpose: the one filter vocabulary, applied to events and spells in one place
-- parameters: none
-- result columns: none (creates macros in the current schema: run once in as_known and once in latest)
create macro events_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset
) as table
select v.*
from events(known_on, only_edition) as v
inner join core.registers_in(wanted) as r on v.register = r.register
where (from_day is null or v.date >= from_day)
    and (to_day is null or v.date <= to_day)
    and core.kind_wanted(types, tiers, routes, v.recipient_type, v.tier, v.route)
    and (outcomes is null or list_contains(outcomes, v.outcome))
    and core.recipient_wanted(wanted_recipient, v.register, v.recipient_id)
    and (wanted_reference is null or v.reference = wanted_reference or v.request = wanted_reference)
    and core.dataset_wanted(wanted_dataset, v.register, v.dataset);

-- `cohort` says which date the period is about: received (the start of the clock) or closed (its end).
create macro spells_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name
) as table
select
    s.*,
    case when cohort_name = 'closed' then s.end_high else s.start_low end as cohort_date
from spells(known_on, only_edition) as s
inner join core.registers_in(wanted) as r on s.register = r.register
where (wanted_clock is null or s.clock = wanted_clock)
    and (wanted_basis is null or s.basis = wanted_basis)
    and (from_day is null or case when cohort_name = 'closed' then s.end_high else s.start_low end >= from_day)
    and (to_day is null or case when cohort_name = 'closed' then s.end_high else s.start_low end <= to_day)
    and core.kind_wanted(types, tiers, routes, s.recipient_type, s.tier, s.route)
    and (outcomes is null or list_contains(outcomes, s.outcome))
    and core.recipient_wanted(wanted_recipient, s.register, s.recipient_id)
    and (wanted_reference is null or s.reference = wanted_reference)
    and core.dataset_wanted(wanted_dataset, s.register, s.dataset);

-- The cases that a figure of time counts, and what each counts as. A case that ended on the day it would enter was
-- never at risk while the register was watching.
create macro cases_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name, unit_name
) as table
select
    *,
    case
        when excluded_rule is not null or (enters > 0 and length <= enters) then 'excluded'
        when event then 'event'
        else 'censored'
    end as counted_as
from (
    select
        *,
        -- a case without a date of receipt may still have one of its end
        coalesce(cohort_date, end_high) as counted_on,
        case when unit_name = 'working' then working_days else days end as length,
        case when unit_name = 'working' then entry_working else entry end as enters
    from spells_where(
        known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
        wanted_reference, wanted_dataset, wanted_clock, wanted_basis, cohort_name
    )
)
where coalesce(cohort_name, 'received') = 'received' or event or excluded_rule is not null;

-- Requests by what they are, whatever their dates; `newest` is the day that lists sort by. `search` is in lower case and
-- may stand in the reference, either name of the recipient, or the title.
create macro requests_where(
    known_on, only_edition, wanted, types, tiers, routes, outcomes, wanted_recipient, wanted_reference, wanted_dataset, search
) as table
select q.*, coalesce(q.received_date, q.approved_date, q.released_date, q.closed_date) as newest
from requests_dated(known_on, only_edition) as q
inner join core.registers_in(wanted) as r on q.register = r.register
where core.kind_wanted(types, tiers, routes, q.recipient_type, q.tier, q.route)
    and (outcomes is null or list_contains(outcomes, q.outcome))
    and core.recipient_wanted(wanted_recipient, q.register, q.recipient_id)
    and (wanted_reference is null or q.reference = wanted_reference)
    and core.dataset_wanted(wanted_dataset, q.register, q.dataset)
    and (
        search is null or contains(lower(q.reference), search) or contains(lower(q.recipient), search)
        or contains(lower(q.published_recipient), search) or contains(lower(q.title), search)
    );
