-- purpose: what each edition changed against the one before, one row a change
-- parameters: $register $from $to $recipient $reference $edition $known_on $limit
-- result columns: change, reference, field, before, after, kind, register, edition, previous, published, recipient, recipient_id, sheet, sheet_row, words, about, occurrence, request, known_from
select
    c.change, c.reference, c.field, c.before, c.after, c.kind, c.register, c.edition, c.previous, c.published,
    c.recipient, c.recipient_id, c.sheet, c.sheet_row, c.words, c.about, c.occurrence, c.request, c.known_from
from core.changes as c
inner join core.registers_in($register) as r on c.register = r.register
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
order by c.register, c.edition_order, c.kind_position, c.reference, c.occurrence, c.field_position, c.change
limit coalesce($limit, 2000001)
