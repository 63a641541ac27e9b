-- purpose: requests by what became of them: seen at all or still listed, data held or no longer
-- parameters: none
-- result columns: none (creates macros in the current schema: run once in as_known and once in latest)

-- A request's own first day is the first date it carries, whichever that is; `still_listed`: the latest of the editions
-- asked about lists it.
create macro seen_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset
) as table
select *
from (
    select
        q.*,
        a.as_at,
        q.last_edition = a.edition as still_listed,
        least(
            q.received_date, q.approved_date, q.released_date, q.reuse_date, q.refused_date, q.ended_date, q.closed_date
        ) as first_day
    from requests_as(known_on, only_edition) as q
    inner join as_at(known_on, only_edition) as a on q.register = a.register
    inner join core.registers_in(wanted) as r on q.register = r.register
)
where (from_day is null or first_day >= from_day)
    and (to_day is null or first_day <= to_day)
    and core.kind_wanted(types, tiers, routes, recipient_type, tier, route)
    and (outcomes is null or list_contains(outcomes, outcome))
    and core.recipient_wanted(wanted_recipient, register, recipient_id)
    and (wanted_reference is null or reference = wanted_reference)
    and core.dataset_wanted(wanted_dataset, register, dataset);

-- What the register says of the data: its own words first, then a sheet that lists only what is still held, then the
-- licence end. Where it has a column for its own words and leaves it empty, a licence that runs says nothing.
create macro held_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset
) as table
select
    *,
    case
        when not data_held_mapped or (not still_listed and licence_end < as_at) then 'ended'
        when not still_listed then null
        when data_held_mapped or survivor_listed
            then case when licence_end < as_at then 'overdue' else 'still_held' end
        when licence_end < as_at then 'ended'
        when licence_end >= as_at and not held_asked then 'still_held'
    end as holding
from seen_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset
)
where not selected
    and (
        outcome in ('released', 'reuse_permitted', 'approved')
        or licence_end is not null or data_held_mapped is not null or survivor_listed
    );

-- Whether a register says anything of holdings, whether it says of data that they are held past the licence, and when
-- licences end.
create macro holdings_answerable(known_on, only_edition) as table
select
    a.register,
    coalesce(f.licence_end or f.data_held or s.register is not null, false) as answerable,
    coalesce(f.licence_end and (f.data_held or s.register is not null), false) as overdue_answerable,
    coalesce(f.licence_end, false) as ending_answerable
from as_at(known_on, only_edition) as a
left join (
    select
        register,
        bool_or(field = 'licence_end' and in_some_era) as licence_end,
        bool_or(field = 'data_held' and in_some_era) as data_held
    from answers(known_on, only_edition) group by register
) as f on a.register = f.register
left join (
    select distinct s.register
    from staging.sheets as s
    inner join core.editions_read(known_on, only_edition) as e on s.register = e.register and s.edition = e.edition
    where s.coverage = 'survivors_only'
) as s on a.register = s.register;

-- Events as `--rows` lists them: what each counts as, its attributes and its place.
create macro event_rows(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset
) as table
select
    v.register, v.kind as counted_as, v.date, v.request, v.reference, v.occurrence, v.recipient, v.recipient_type,
    v.published_type, v.outcome, e.edition, e.sheet, e.sheet_row, v.recipient_id, v.tier, v.route, v.dataset, v.legal_basis
from events_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient, wanted_reference,
    wanted_dataset
) as v
inner join staging.entries as e on v.entry_id = e.entry_id;

-- What is counted of a recipient: releases where they are published, else decisions, else requests received.
create macro counted_of_recipients(known_on, only_edition) as table
select
    register,
    case when released_known then 'released' when decided_known then 'decided' when received_known then 'received' end as kind
from register_answers(known_on, only_edition)
where recipients_named;

-- Whether a recipient is new is a matter of the register, whatever filters leave of it.
create macro first_listed(known_on, only_edition) as table
select v.register, v.recipient_id, min(v.date) as first_date
from events(known_on, only_edition) as v
inner join counted_of_recipients(known_on, only_edition) as k on v.register = k.register and v.kind = k.kind
where v.recipient_id is not null
group by v.register, v.recipient_id;

-- Events added up by day and tier: what figures of others are compared with, and nothing finer.
create macro events_by_day(known_on, only_edition) as table
select register, kind, date, tier, count(*) as events
from events(known_on, only_edition)
group by register, kind, date, tier;

-- What each recipient had in each interval, by group: see 049_from_facts.sql for the same from facts.
create macro recipient_counts(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset, interval_name, by_name
) as table
select
    v.register,
    core.group_of(by_name, recipient_type, tier, route, outcome, recipient_id, dataset, legal_basis) as group_id,
    core.interval_start(interval_name, v.date) as interval_start,
    v.recipient_id,
    count(*) as counted,
    min(v.date) as first_day,
    max(v.date) as last_day
from events_where(
    known_on, only_edition, wanted, from_day, to_day, types, tiers, routes, outcomes, wanted_recipient,
    wanted_reference, wanted_dataset
) as v
inner join counted_of_recipients(known_on, only_edition) as k on v.register = k.register and v.kind = k.kind
where v.recipient_id is not null
group by all;
