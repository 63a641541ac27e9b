-- purpose: data uses in the shape of a data use register: one row a request that was granted, with what that shape asks for
-- parameters: $register $edition $known_on
-- result columns: organisation, sector, reference, title, approved_date, dataset, released_date
select
    coalesce(q.published_recipient, q.recipient) as organisation,
    case when q.recipient_type <> 'unknown' then t.label end as sector,
    q.reference,
    q.title,
    q.approved_date,
    q.dataset,
    q.released_date
from requests_as($known_on, $edition) as q
left join reference.recipient_types as t on q.recipient_type = t.recipient_type
where q.register = $register and q.outcome in ('approved', 'released', 'reuse_permitted')
order by q.reference
