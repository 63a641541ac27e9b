-- purpose: exactly the records behind published-figures: each figure where it is recorded, and the entries that ours counts
-- parameters: $register $from $to $edition $known_on
-- result columns: register, counted_as, source, measure, category, period_start, period_end, value, figure_file, figure_row, date, request, reference, occurrence, recipient, tier, edition, file, sheet, sheet_row
with judged as (from core.figures_judged($register, $from, $to, $known_on, $edition)),
listed as (
    select
        j.position, j.register, 'value' as counted_as, null::date as date, null::varchar as request,
        null::varchar as reference, null::integer as occurrence, null::varchar as recipient, null::varchar as tier,
        null::varchar as edition, j.file, null::varchar as sheet, j.file_row::bigint as sheet_row
    from judged as j
    union all by name
    select
        c.position, c.register, 'ours' as counted_as, c.date, c.request, c.reference, c.occurrence, c.recipient, c.tier,
        e.edition, d.file, e.sheet, e.sheet_row
    from core.figures_counted($register, $from, $to, $known_on, $edition) as c
    semi join (from judged where refusal is null) as k on c.position = k.position
    inner join staging.entries as e on c.entry_id = e.entry_id
    inner join staging.editions as d on e.register = d.register and e.edition = d.edition
)
select
    l.register, l.counted_as, j.source, j.measure, j.category, j.period_start, j.period_end, j.value,
    j.file as figure_file, j.file_row as figure_row, l.date, l.request, l.reference, l.occurrence, l.recipient, l.tier,
    l.edition, l.file, l.sheet, l.sheet_row
from listed as l inner join judged as j on l.position = j.position
order by l.position, l.counted_as desc, l.date, l.reference, l.occurrence
