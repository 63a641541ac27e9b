-- purpose: how many changes of each kind each edition brought, and of how many requests, releases or figures
-- parameters: $register $from $to $recipient $reference $edition $known_on
-- result columns: register, edition, previous, published, kind, label, changes, things
select
    c.register, c.edition, c.previous, any_value(c.published) as published, c.kind, any_value(k.label) as label,
    count(*) as changes,
    count(distinct (c.reference, c.occurrence)) as things -- one may have several values changed
from core.changes as c
inner join core.registers_in($register) as r on c.register = r.register
inner join reference.change_kinds as k on c.kind = k.kind
semi join core.pairs_at($known_on) as p
    on c.register = p.register and c.edition = p.edition and c.previous = p.previous
where ($edition is null or c.edition = $edition)
    and ($from is null or c.known_from >= $from)
    and ($to is null or c.known_from <= $to)
    and (
        $recipient is null
        or exists (
            from core.recipients_called($recipient) as w
            where w.register = c.register and w.recipient_id = c.recipient_id
        )
    )
    and ($reference is null or c.reference = $reference or c.request = $reference)
group by c.register, c.edition, c.edition_order, c.previous, c.kind, c.kind_position
order by c.register, c.edition_order, c.kind_position
