-- purpose: the recipients that an id leads to, now or before a review, in each register; else those most like it
-- parameters: $recipient
-- result columns: register, recipient_id, recipient, exact, similarity
with named as (
    select m.register, m.recipient_id, m.spelling_id, any_value(l.recipient) as recipient
    from reference.recipients as m
    inner join core.recipient_facts as l on m.register = l.register and m.recipient_id = l.recipient_id
    group by all
)
select
    n.register,
    n.recipient_id,
    any_value(n.recipient) as recipient,
    bool_or(n.recipient_id = $recipient or n.spelling_id = $recipient) as exact,
    max(jaro_winkler_similarity(left(n.recipient_id, 100), left(lower($recipient), 100))) as similarity
from named as n
group by n.register, n.recipient_id
having exact or similarity >= 0.85
order by exact desc, bool_or(n.recipient_id = $recipient) desc, similarity desc, n.recipient_id, n.register
limit 40
