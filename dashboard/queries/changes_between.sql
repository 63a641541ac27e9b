-- purpose: the same, between any two editions of one register
-- parameters: $register $from_edition $to_edition $recipient $reference $limit
-- result columns: change, reference, field, before, after, kind, register, edition, previous, published, recipient, recipient_id, sheet, sheet_row, words, about, occurrence, request, known_from
select
    c.change, c.reference, c.field, c.before, c.after, c.kind, c.register, c.edition, c.previous, c.published,
    c.recipient, c.recipient_id, c.sheet, c.sheet_row, c.words, c.about, c.occurrence, c.request, c.known_from
from core.changes_between($register, $from_edition, $to_edition) as c
where (
        $recipient is null
        or exists (
            from core.recipients_called($recipient) as w
            where w.register = c.register and w.recipient_id = c.recipient_id
        )
    )
    and ($reference is null or c.reference = $reference or c.request = $reference)
order by c.kind_position, c.reference, c.occurrence, c.field_position, c.change
limit coalesce($limit, 2000001)
