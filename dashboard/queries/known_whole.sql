-- purpose: the day from which all that is held of each register is known: a question about a later day leaves nothing out
-- parameters: none
-- result columns: register, known_whole
select register, max(known_from) as known_whole
from staging.editions
group by register
order by register
