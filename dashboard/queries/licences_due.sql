-- purpose: whom to chase: data held past the licence, or under one that ends within a year of the as-at date, the first end first
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $edition $known_on
-- result columns: register, counted_as, reference, recipient, recipient_type, licence_end, edition, sheet, sheet_row
select
    h.register,
    case when h.holding = 'overdue' then 'overdue' else 'ending' end as counted_as,
    h.reference, h.recipient, h.recipient_type, h.licence_end, e.edition, e.sheet, e.sheet_row
from held_where(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset
) as h
inner join holdings_answerable($known_on, $edition) as n on h.register = n.register and n.ending_answerable
inner join staging.entries as e on h.entry_id = e.entry_id
where (h.holding = 'overdue' and n.overdue_answerable)
    or (h.holding = 'still_held' and h.licence_end <= h.as_at + interval 1 year)
order by h.register, h.licence_end, h.reference
