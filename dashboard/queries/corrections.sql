-- purpose: every cell that a reviewed correction changed, with its place, both values and the reason
-- parameters: $register $edition $known_on
-- result columns: register, edition, sheet, sheet_row, column, field, before, after, reason, source, by, on, correction, file
select
    c.register, c.edition, c.sheet, c.sheet_row, c.column_name as "column", c.field, c.before, c.after, c.reason,
    c.source, c."by", c."on", c.correction, c.file
from staging.corrections as c
inner join core.registers_in($register) as r on c.register = r.register
inner join staging.editions as e on c.register = e.register and c.edition = e.edition
where ($edition is null or c.edition = $edition) and ($known_on is null or e.known_from <= $known_on)
order by c.register, e.edition_order, c.sheet, c.sheet_row, c.field
