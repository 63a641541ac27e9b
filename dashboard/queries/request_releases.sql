-- purpose: the releases of one request, each as last published, with its place
-- parameters: $register $reference $edition $known_on
-- result columns: reference, occurrence, released_date, recipient, recipient_id, dataset, tier, route, legal_basis, edition, sheet, sheet_row
select
    r.reference, r.occurrence, r.released_date, r.recipient, r.recipient_id, r.dataset, r.tier, r.route, r.legal_basis,
    e.edition, e.sheet, e.sheet_row
from releases_as($known_on, $edition) as r
inner join staging.entries as e on r.entry_id = e.entry_id
where r.register = $register and r.request = $reference
order by r.released_date nulls last, r.reference, r.occurrence
