-- purpose: requests, releases and dates as one edition says, or as known on a past day
-- parameters: none
-- result columns: none (creates macros in the current schema, which is as_known)

-- Two schemas hold macros of the same names and arguments: `as_known` works out what one file, or what was
-- published by a day, says; `latest` reads tables made from it. A query names neither: the store chooses, so
-- the usual question is planned and run against plain tables (docs/decisions/0008).
create macro requests_as(known_on, only_edition) as table
from core.request_state(known_on, only_edition);

create macro releases_as(known_on, only_edition) as table
from core.release_state(known_on, only_edition);

create macro recipient_names(known_on, only_edition) as table
from core.recipient_names(known_on, only_edition);

-- The as-at date of what is known: open cases are open at this date, later intervals are not complete.
create macro as_at(known_on, only_edition) as table
select
    register,
    max(as_at) as as_at,
    arg_max(edition, edition_order) as edition,
    bool_and(coverage = 'selected') as selected,
    bool_and(coverage in ('selected', 'completed_only')) and not bool_and(coverage = 'selected') as completed_only
from core.editions_read(known_on, only_edition)
group by register;

-- From when a register that lists "completed in the period" and "open" lists every case; null: no such limit.
create macro coverage_start(known_on, only_edition) as table
select
    s.register,
    min(s.period_start) as coverage_start
from staging.sheets as s
inner join core.editions_read(known_on, only_edition) as e on s.register = e.register and s.edition = e.edition
where s.coverage = 'completed_only' and s.period_start is not null
group by s.register;

