-- purpose: exactly the rows and the requests that editions counts, edition by edition, with their places
-- parameters: $register $edition $known_on
-- result columns: register, counted_as, reference, date, edition, file, sheet, sheet_row
with read as (
    select e.*
    from staging.editions as e inner join core.registers_in($register) as r on e.register = r.register
    where ($edition is null or e.edition = $edition) and ($known_on is null or e.known_from <= $known_on)
),
listed as (
    select n.register, 'rows' as counted_as, n.reference, null::date as date, n.edition, n.sheet, n.sheet_row
    from staging.entries as n
    union all by name
    select p.register, 'rows' as counted_as, p.period_start as date, p.edition, p.sheet, p.sheet_row
    from staging.person_counts as p
    union all by name
    select q.register, 'requests' as counted_as, q.reference, q.edition, n.sheet, n.sheet_row
    from core.request_entries as q inner join staging.entries as n on q.entry_id = n.entry_id
)
select l.register, l.counted_as, l.reference, l.date, l.edition, r.file, l.sheet, l.sheet_row
from listed as l inner join read as r on l.register = r.register and l.edition = r.edition
order by l.register, r.edition_order, l.counted_as desc, l.sheet, l.sheet_row, l.reference
