-- purpose: rows and cells of a register that are withdrawn, each with the day and the reason, and never what they said
-- parameters: $register $edition $known_on
-- result columns: edition, sheet, sheet_row, column, field, withdrawn_on, reason
select w.edition, w.sheet, w.sheet_row, w.column_name as "column", w.field, w.withdrawn_on, w.reason
from staging.withdrawals as w
inner join staging.editions as e on w.register = e.register and w.edition = e.edition
where w.register = $register and w.sheet is not null
    and ($edition is null or w.edition = $edition)
    and ($known_on is null or e.known_from <= $known_on)
order by w.edition, w.sheet, w.sheet_row, w.column_name
