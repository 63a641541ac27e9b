-- purpose: what a register's own words for recipient types cover beyond the type they are shown under
-- parameters: $register
-- result columns: register, words
select distinct t.register, t.words
from reference.type_notes as t
inner join core.registers_in($register) as r on t.register = r.register
order by all
