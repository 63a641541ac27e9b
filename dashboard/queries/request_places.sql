-- purpose: every row of one request in every edition known, as published, with its place
-- parameters: $register $reference $edition $known_on
-- result columns: edition, sheet, sheet_row, reference, coverage, raw, sheet_fields, edition_order, entry_id, recipient, recipient_type, title, purpose, dataset, tier, sensitivity, identifiability, legal_basis, route, outcome, data_held, agreement, unit, source_address, received_date, approved_date, released_date, reuse_date, refused_date, closed_date, composite_date, unspecified_date, licence_end
-- The newest edition first; a file that was replaced is listed too, since it was published.
select
    e.edition, e.sheet, e.sheet_row, q.reference, e.coverage, e.raw, s.fields as sheet_fields, e.edition_order, e.entry_id,
    e.recipient, e.recipient_type, e.title, e.purpose, e.dataset, e.tier, e.sensitivity, e.identifiability, e.legal_basis,
    e.route, e.outcome, e.data_held, e.agreement, e.unit, e.source_address, e.received_date, e.approved_date,
    e.released_date, e.reuse_date, e.refused_date, e.closed_date, e.composite_date, e.unspecified_date, e.licence_end
from staging.entries as e
inner join staging.entry_requests as q on e.entry_id = q.entry_id
left join (
    select register, edition, sheet, any_value(fields) as fields from staging.sheets group by all
) as s on e.register = s.register and e.edition = s.edition and e.sheet = s.sheet
where e.register = $register and q.request = $reference
    and ($edition is null or e.edition = $edition)
    and ($known_on is null or e.known_from <= $known_on)
order by e.edition_order desc, e.entry_id, q.reference
