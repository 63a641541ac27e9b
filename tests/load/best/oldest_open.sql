-- purpose: the days on which the ten requests open longest were received
-- parameters: none
-- result columns: received
select received
from requests
where closed is null
order by received
limit 10
