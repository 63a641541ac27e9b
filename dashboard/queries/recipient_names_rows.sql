-- purpose: exactly the entries that recipient-names counts
-- parameters: $register $recipient $edition $known_on
-- result columns: register, published_name, recipient, recipient_id, edition, sheet, sheet_row, relation, reason, recipient_day
select
    e.register, e.recipient as published_name, m.recipient, m.recipient_id, e.edition, e.sheet, e.sheet_row,
    case
        when m.relation is not null then m.relation
        when e.recipient = m.recipient then 'own_name'
        else 'typographic'
    end as relation,
    m.reason, e.recipient_day
from staging.dated_entries as e
inner join core.registers_in($register) as r on e.register = r.register
inner join core.editions_read($known_on, $edition) as n on e.register = n.register and e.edition = n.edition
inner join reference.recipients as m
    on e.register = m.register and e.recipient_key = m.recipient_key
        and e.recipient_day between m.holds_from and m.holds_to
where $recipient is null
    or exists (
        from core.recipients_called($recipient) as c
        where c.register = m.register and c.recipient_id = m.recipient_id
    )
order by e.register, e.edition, e.entry_id
