-- purpose: every published spelling of every recipient, with the relation and the reason a reviewer gave
-- parameters: $register $recipient $edition $known_on $limit
-- result columns: register, recipient, published_name, relation, entries, first_edition, last_edition, reason, reviewer, reviewed, recipient_id, parent_recipient, reviewed_as, first_day, last_day
select
    v.register, v.recipient, v.published_name, v.relation, v.entries, v.first_edition, v.last_edition, v.reason,
    v.reviewer, v.reviewed, v.recipient_id, v.parent_recipient, v.reviewed_as, v.first_day, v.last_day
from recipient_names($known_on, $edition) as v
inner join core.registers_in($register) as r on v.register = r.register
where $recipient is null
    or exists (
        from core.recipients_called($recipient) as c
        where c.register = v.register and c.recipient_id = v.recipient_id
    )
order by v.register, lower(v.recipient), v.recipient_id, v.relation <> 'own_name', v.published_name, v.first_day
limit coalesce($limit, 1000000000)
