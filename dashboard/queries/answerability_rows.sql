-- purpose: the sheets that answerability rests on: what each covers, its time, and the fields that its columns gave
-- parameters: $register $edition $known_on
-- result columns: register, era, counted_as, edition, coverage, period_start, period_end, entries, fields, file, sheet, sheet_row
select
    e.register, e.era,
    case when s.entries > 0 then 'with entries' else 'without entries' end as counted_as,
    e.edition, s.coverage, s.period_start, s.period_end, s.entries, list_aggregate(s.fields, 'string_agg', '; ') as fields,
    e.file, s.sheet, null::bigint as sheet_row
from core.editions_read($known_on, $edition) as e
inner join core.registers_in($register) as r on e.register = r.register
left join staging.sheets as s on e.register = s.register and e.edition = s.edition
order by e.register, e.edition_order, s.sheet
