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

-- From when a register that lists "completed in the period" and "open" lists every case; null: no such limit. A
-- register of closed cases alone lists every case from no day on: those that stay open are never there.
create macro coverage_start(known_on, only_edition) as table
select
    s.register,
    min(s.period_start) as coverage_start
from staging.sheets as s
inner join core.editions_read(known_on, only_edition) as e on s.register = e.register and s.edition = e.edition
where s.coverage = 'completed_only' and s.period_start is not null and e.coverage <> 'completed_only'
group by s.register;

-- What a register can answer, over the eras of the editions chosen. A selection answers no count.
create macro answers(known_on, only_edition) as table
select
    a.register,
    a.field,
    bool_and(a.status <> 'not_published') as in_every_era,
    bool_or(a.status <> 'not_published') as in_some_era,
    bool_or(a.coverage = 'completed_only') as completed_only,
    string_agg(distinct nullif(a.words, ''), ' ' order by nullif(a.words, '')) filter (where a.status = 'not_published') as words
from reference.answerability as a
where exists (
        from core.editions_read(known_on, only_edition) as e where e.register = a.register and e.era = a.era
    )
    and a.coverage <> 'selected'
group by a.register, a.field;

create macro answerable_columns(known_on, only_edition) as table
select
    r.register,
    n.column_name,
    case
        -- who is waiting: receipt and closing are both needed, and a list of closed cases shows nobody
        when n.column_name in ('open_at_start', 'open_at_end')
            then coalesce(bool_and(coalesce(a.in_every_era, false) and not coalesce(a.completed_only, false)), false)
        else coalesce(bool_or(a.in_every_era), false)
    end as answerable,
    case
        when count(a.field) = 0
            then 'The entries are a selection made by others, which supports no count.'
        when n.column_name in ('open_at_start', 'open_at_end')
            then coalesce(
                any_value(a.words) filter (where a.field = 'received_date'),
                any_value(a.words),
                case when bool_or(a.completed_only) then 'The register lists closed cases only, so nobody waiting is on it.' end,
                any_value(n.words)
            )
        else coalesce(string_agg(distinct a.words, ' ' order by a.words), any_value(n.words))
    end as words
from reference.registers as r
cross join reference.column_needs as n
left join answers(known_on, only_edition) as a on a.register = r.register and a.field = n.field
where exists (from core.editions_read(known_on, only_edition) as e where e.register = r.register)
group by r.register, n.column_name;

create macro answerable_clocks(known_on, only_edition) as table
select
    r.register,
    c.clock,
    any_value(c.position) as position,
    any_value(c.label) as label,
    -- a date known only to its period measures no number of days
    bool_and(coalesce(a.status <> 'not_published' and a.basis <> 'period_end', false)) as answerable,
    string_agg(distinct nullif(a.words, ''), ' ' order by nullif(a.words, ''))
        filter (where a.status = 'not_published' or a.basis = 'period_end') as words
from reference.registers as r
cross join reference.clocks as c
left join (
    -- the era that answers most; a clock needs both ends in one era
    select register, field, min_by(status, rank) as status, min_by(basis, rank) as basis, min_by(words, rank) as words
    from (
        select
            *,
            case
                when status = 'published' then 1
                when status = 'inferred' and basis <> 'period_end' then 2
                when status = 'inferred' then 3
                else 4
            end as rank
        from reference.answerability as a
        where exists (
            from core.editions_read(known_on, only_edition) as e where e.register = a.register and e.era = a.era
        )
    )
    group by register, field
) as a on a.register = r.register and a.field = c.field
where exists (from core.editions_read(known_on, only_edition) as e where e.register = r.register)
group by r.register, c.clock;

-- One row a register: what a count needs to know of it, read once and not once a column.
create macro register_answers(known_on, only_edition) as table
select
    t.register,
    any_value(t.as_at) as as_at,
    any_value(t.selected) as selected,
    any_value(c.coverage_start) as coverage_start,
    coalesce(bool_or(a.answerable) filter (where a.column_name = 'received'), false) as received_known,
    coalesce(bool_or(a.answerable) filter (where a.column_name = 'decided'), false) as decided_known,
    coalesce(bool_or(a.answerable) filter (where a.column_name = 'closed'), false) as closed_known,
    coalesce(bool_or(a.answerable) filter (where a.column_name = 'refused'), false) as refused_known,
    coalesce(bool_or(a.answerable) filter (where a.column_name = 'not_pursued'), false) as not_pursued_known,
    coalesce(bool_or(a.answerable) filter (where a.column_name = 'first_released'), false) as first_released_known,
    coalesce(bool_or(a.answerable) filter (where a.column_name = 'released'), false) as released_known,
    coalesce(bool_or(a.answerable) filter (where a.column_name = 'open_at_end'), false) as open_known,
    coalesce(bool_or(a.answerable) filter (where a.column_name = 'excluded'), false) as excluded_known,
    any_value(n.recipients_named) as recipients_named -- null: the entries are a selection
from as_at(known_on, only_edition) as t
left join answerable_columns(known_on, only_edition) as a on t.register = a.register
left join coverage_start(known_on, only_edition) as c on t.register = c.register
left join (
    select r.register, bool_and(r.status = 'published') as recipients_named
    from reference.answerability as r
    where r.field = 'recipient' and r.coverage <> 'selected'
        and exists (from core.editions_read(known_on, only_edition) as e where e.register = r.register and e.era = r.era)
    group by r.register
) as n on t.register = n.register
group by t.register;
