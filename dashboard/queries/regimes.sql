-- purpose: changes of procedure that a register went through, in order
-- parameters: $register
-- result columns: register, date, label, source, source_address, note
select g.register, g.date, g.label, g.source, g.source_address, g.note
from reference.regimes as g
semi join core.registers_in($register) as r on g.register = r.register
order by g.register, g.date, g.label
