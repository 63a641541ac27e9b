-- purpose: the rows of every clock: one request on one clock, with its bounds, event and place in the source
-- parameters: $register $from $to $type $tier $route $outcome $recipient $reference $dataset $clock $basis $cohort $edition $known_on
-- result columns: register, reference, clock, basis, entry, start_low, start_high, end_low, end_high, event, censored, excluded_rule, days, working_days, outcome, recipient, recipient_type, edition, sheet, sheet_row
select
    s.register, s.reference, s.clock, s.basis, s.entry, s.start_low, s.start_high,
    -- ended, on no published day: the first and the last day on which it can have (it stays excluded)
    case when b.first_ended is not null and s.excluded_rule = 'closed_undated' then greatest(s.start_low, b.from_day) else s.end_low end as end_low,
    case when s.excluded_rule = 'closed_undated' then b.first_ended else s.end_high end as end_high,
    s.event,
    s.censored, s.excluded_rule, s.days, s.working_days, s.outcome, s.recipient, s.recipient_type, e.edition,
    e.sheet, e.sheet_row
from spells_where(
    $known_on, $edition, $register, $from, $to, $type, $tier, $route, $outcome, $recipient, $reference, $dataset,
    $clock, $basis, $cohort
) as s
left join ended_between($known_on, $edition) as b on s.register = b.register and s.reference = b.reference
inner join staging.entries as e on s.entry_id = e.entry_id
order by s.register, s.clock, s.start_low nulls last, s.reference
