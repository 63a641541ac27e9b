-- purpose: how many issues there are of each severity
-- parameters: none
-- result columns: severity, issues
select severity, count(*) as issues
from core.issues
group by severity
order by severity
