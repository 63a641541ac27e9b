-- purpose: the registers that list releases, in which one request can stand in several rows
-- parameters: none
-- result columns: register
select register
from core.registers_of_releases
order by register
