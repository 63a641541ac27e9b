-- purpose: exactly the requests that ever-seen counts, each with the editions that listed it first and last
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $edition $known_on
-- result columns: register, reference, first_day, still_listed, first_edition, last_edition, recipient, outcome, edition, sheet, sheet_row
select
    s.register, s.reference, s.first_day, s.still_listed, s.first_edition, s.last_edition, s.recipient, s.outcome,
    e.edition, e.sheet, e.sheet_row
from seen_where(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset
) as s
inner join staging.entries as e on s.entry_id = e.entry_id
where s.first_day is not null and not s.selected
order by s.register, s.first_day, s.reference
