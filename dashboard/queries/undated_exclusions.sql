-- purpose: requests left out that have no date at all, so they stand in no interval
-- parameters: $register $edition $known_on
-- result columns: register, requests
select v.register, count(*) as requests
from request_dates($known_on, $edition) as v
inner join core.registers_in($register) as r on v.register = r.register
where v.is_excluded and v.excluded is null
group by v.register
order by v.register
