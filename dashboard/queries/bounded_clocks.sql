-- purpose: which clocks of which registers the editions answer, if only between bounds
-- parameters: $register $clock $edition $known_on
-- result columns: register, clock, dated, bounded
select c.register, c.clock, c.dated, c.bounded
from bounded_clocks($known_on, $edition) as c
inner join core.registers_in($register) as r on c.register = r.register
where $clock is null or c.clock = $clock
order by c.register, c.clock
