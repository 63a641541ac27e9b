-- purpose: one request as last published, of the editions asked, with the row that says it last
-- parameters: $register $reference $edition $known_on
-- result columns: register, reference, entry_id, first_edition, last_edition, selected, recipient, recipient_id, recipient_type, published_recipient, published_type, title, purpose, dataset, tier, sensitivity, identifiability, legal_basis, route, data_held, published_outcome, outcome, received_date, received_basis, approved_date, released_date, reuse_date, refused_date, closed_date, licence_end, excluded_rule, agreement, unit, source_address, unspecified_date, still_listed, first_ended, ended_from
select
    q.register, q.reference, q.entry_id, q.first_edition, q.last_edition, q.selected, q.recipient, q.recipient_id, q.recipient_type,
    q.published_recipient, q.published_type, q.title, q.purpose, q.dataset, q.tier, q.sensitivity, q.identifiability,
    q.legal_basis, q.route, q.data_held, q.published_outcome, q.outcome, q.received_date, q.received_basis,
    q.approved_date, q.released_date, q.reuse_date, q.refused_date, q.closed_date, q.licence_end, q.excluded_rule,
    e.agreement, e.unit, e.source_address, e.unspecified_date,
    q.last_edition = a.edition as still_listed,
    -- ended on no published day: the first day it can have been, and the last
    b.first_ended,
    case when b.first_ended is not null then greatest(q.received_date, b.from_day) end as ended_from
from requests_as($known_on, $edition) as q
inner join as_at($known_on, $edition) as a on q.register = a.register
inner join staging.entries as e on q.entry_id = e.entry_id
left join ended_between($known_on, $edition) as b on q.register = b.register and q.reference = b.reference
where q.register = $register and q.reference = $reference
