-- purpose: the requests over which open_at_start + received - closed = open_at_end is checked, with their two days
-- parameters: $register $edition $known_on
-- result columns: register, counted_as, reference, received_date, closed_date, recipient_type, tier, route, outcome, legal_basis, edition, file, sheet, sheet_row
select
    q.register, 'checked' as counted_as, q.reference, q.received as received_date, q.closed as closed_date,
    q.recipient_type, q.tier, q.route, q.outcome, q.legal_basis, e.edition, d.file, e.sheet, e.sheet_row
from request_dates($known_on, $edition) as q
inner join core.registers_in($register) as r on q.register = r.register
inner join register_answers($known_on, $edition) as a on q.register = a.register and a.open_known
inner join staging.entries as e on q.entry_id = e.entry_id
inner join staging.editions as d on e.register = d.register and e.edition = d.edition
where q.received is not null
order by q.register, q.received, q.reference
