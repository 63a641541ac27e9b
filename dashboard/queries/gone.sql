-- purpose: whether any request of a register was open when last listed, and is listed no more
-- parameters: $register $edition $known_on
-- result columns: register
select distinct v.register
from open_and_gone($known_on, $edition) as v
inner join core.registers_in($register) as r on v.register = r.register
order by v.register
