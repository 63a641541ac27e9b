-- purpose: the periods of which each edition claims to list every release; without ends: all of them
-- parameters: none
-- result columns: register, edition, period_start, period_end
select register, edition, period_start, period_end
from staging.sheets
where kind like 'release %'
order by all
