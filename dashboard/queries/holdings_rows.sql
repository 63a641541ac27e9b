-- purpose: exactly the requests that holdings counts, each with what the register says of its data
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $edition $known_on
-- result columns: register, counted_as, reference, recipient, recipient_type, licence_end, ending, data_held, still_listed, last_edition, edition, sheet, sheet_row, recipient_id, tier, route, outcome, dataset, legal_basis
select
    h.register, coalesce(h.holding, 'silent') as counted_as, h.reference, h.recipient, h.recipient_type, h.licence_end,
    coalesce(h.holding = 'still_held' and h.licence_end <= h.as_at + interval 1 year, false) as ending, h.data_held,
    h.still_listed, h.last_edition, e.edition, e.sheet, e.sheet_row,
    h.recipient_id, h.tier, h.route, h.outcome, h.dataset, h.legal_basis
from held_where(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset
) as h
inner join holdings_answerable($known_on, $edition) as n on h.register = n.register and n.answerable
inner join staging.entries as e on h.entry_id = e.entry_id
order by h.register, h.licence_end, h.reference
