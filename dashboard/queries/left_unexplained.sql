-- purpose: every entry that left a register with no reason published, in any edition: the rows of changes of that kind
-- parameters: $register $recipient $reference $known_on $limit
-- result columns: reference, recipient, edition, previous, sheet, sheet_row, words, about, occurrence, request
select c.reference, c.recipient, c.edition, c.previous, c.sheet, c.sheet_row, c.words, c.about, c.occurrence, c.request
from core.changes as c
inner join core.registers_in($register) as r on c.register = r.register
semi join core.pairs_at($known_on) as p
    on c.register = p.register and c.edition = p.edition and c.previous = p.previous
where c.kind = 'left_no_reason_published'
    and (
        $recipient is null
        or exists (
            from core.recipients_called($recipient) as w
            where w.register = c.register and w.recipient_id = c.recipient_id
        )
    )
    and ($reference is null or c.reference = $reference or c.request = $reference)
order by c.edition_order, c.reference, c.occurrence, c.change
limit $limit
