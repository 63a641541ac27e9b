-- purpose: every issue with its place: those found while reading, and those that need the whole warehouse
-- parameters: none
-- result columns: none (creates a table)
create table core.issues as
with placed as (
    select e.register, e.edition, e.sheet, e.sheet_row, e.entry_id, e.as_at, e.received_date, e.approved_date,
        e.released_date, e.reuse_date, e.refused_date, e.closed_date, e.composite_date
    from staging.entries as e
),
late as (
    unpivot (
        select register, edition, sheet, sheet_row, as_at, received_date, approved_date, released_date, reuse_date,
            refused_date, closed_date, composite_date
        from placed
    ) on received_date, approved_date, released_date, reuse_date, refused_date, closed_date, composite_date
    into name field value happened
),
ruled as (
    select q.register, q.reference, q.excluded_rule, q.received_date, q.closed_date, q.entry_id, a.answerable
    from core.requests as q
    inner join core.answerable_columns as a on q.register = a.register and a.column_name = 'received'
    where not q.selected
        and (
            (a.answerable and q.excluded_rule in ('received_missing', 'closed_undated'))
            -- a contradiction wherever it stands, even where no figure rests on receipt
            or q.excluded_rule = 'closed_before_received'
        )
)
select register, edition, sheet, sheet_row, column_name, rule, severity, value, words from staging.issues
union all
select
    register, edition, sheet, sheet_row, field, 'event_after_as_at', 'warning', happened::varchar,
    'The date is after the edition''s as-at date, ' || as_at || '; it is kept.'
from late where happened > as_at
union all
select
    r.register, p.edition, p.sheet, p.sheet_row, '', r.excluded_rule, 'warning', r.reference,
    case r.excluded_rule
        when 'received_missing' then 'No date of receipt; left out of clocks and of volumes.'
        when 'closed_before_received'
            then 'Closed on ' || r.closed_date || ', before it was received on ' || r.received_date
                || case
                    when r.answerable then '; left out of every measure.'
                    else ' (read from its reference); no figure here rests on receipt.'
                end
        else 'Closed, and no date says when; left out of clocks and of volumes.'
    end
from ruled as r inner join placed as p on r.entry_id = p.entry_id
order by all;
