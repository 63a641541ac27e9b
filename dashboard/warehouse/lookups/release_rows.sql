-- purpose: every release row of every edition, those of one reference together, editions in the order they became known
-- parameters: none
-- result columns: register, reference, edition, entry_id, released_date
select e.register, q.reference, e.edition, e.entry_id, e.released_date
from staging.entries as e
inner join staging.entry_requests as q on e.entry_id = q.entry_id
where e.row_kind = 'release'
order by e.register, q.reference, e.known_from, e.edition_order, e.entry_id
