-- purpose: which edition stands before which, the latest pair first
-- parameters: $register $known_on
-- result columns: register, edition, previous, published, as_at
select p.register, p.edition, p.previous, e.published, e.as_at
from core.pairs_at($known_on) as p
inner join core.registers_in($register) as r on p.register = r.register
inner join staging.editions as e on p.register = e.register and p.edition = e.edition
order by p.register, e.edition_order desc
