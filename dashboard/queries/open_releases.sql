-- purpose: every release of a register, one row each: open_data.releases as known on a day
-- parameters: $register $edition $known_on
-- result columns: register, reference, occurrence, request, recipient_id, recipient, recipient_type, published_type, dataset, tier, route, legal_basis, released_date, selected, edition, sheet, sheet_row
select
    r.register, r.reference, r.occurrence, r.request, r.recipient_id, r.recipient, r.recipient_type, r.published_type,
    r.dataset, r.tier, r.route, r.legal_basis, r.released_date, r.selected, e.edition, e.sheet, e.sheet_row
from releases_as($known_on, $edition) as r
inner join staging.entries as e on r.entry_id = e.entry_id
where r.register = $register
order by r.reference, r.occurrence
