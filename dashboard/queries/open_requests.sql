-- purpose: every request of a register, one row each: open_data.requests as known on a day
-- parameters: $register $edition $known_on
-- result columns: register, reference, recipient_id, recipient, published_recipient, recipient_type, published_type, title, purpose, dataset, tier, sensitivity, identifiability, legal_basis, route, outcome, published_outcome, is_open, received_date, received_basis, decided_date, approved_date, released_date, reuse_date, refused_date, closed_date, licence_end, data_held, selected, survivor_only, excluded_rule, first_edition, last_edition, edition, sheet, sheet_row
select
    q.register, q.reference, q.recipient_id, q.recipient, q.published_recipient, q.recipient_type, q.published_type,
    q.title, q.purpose, q.dataset, q.tier, q.sensitivity, q.identifiability, q.legal_basis, q.route, q.outcome,
    q.published_outcome, q.is_open, q.received_date, q.received_basis, q.decided_date, q.approved_date, q.released_date,
    q.reuse_date, q.refused_date, q.closed_date, q.licence_end, q.data_held, q.selected, q.survivor_only, q.excluded_rule,
    q.first_edition, q.last_edition, e.edition, e.sheet, e.sheet_row
from requests_as($known_on, $edition) as q
inner join staging.entries as e on q.entry_id = e.entry_id
where q.register = $register
order by q.reference
