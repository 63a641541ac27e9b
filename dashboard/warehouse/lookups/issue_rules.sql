-- purpose: every rule that an issue names
-- parameters: none
-- result columns: rule
select distinct rule
from core.issues
order by rule
