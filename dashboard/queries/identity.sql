-- purpose: where open_at_start + received - closed = open_at_end is checked, and where it does not apply
-- parameters: $register $edition $known_on
-- result columns: register, applies, checked, violations, words
select
    a.register,
    a.open_known and not a.selected as applies,
    case when a.open_known and not a.selected then coalesce(s.checked, 0) end as checked,
    case when a.open_known and not a.selected then coalesce(s.violations, 0) end as violations,
    case
        when a.open_known and not a.selected
            then 'Receipt and closing are published, and open cases are listed: checked in every month and group.'
        when a.selected then 'The entries are a selection made by others: how many are open cannot be said.'
        else trim('How many are open cannot be said. ' || coalesce(c.words, ''))
    end as words
from core.registers_in($register) as r
inner join register_answers($known_on, $edition) as a on r.register = a.register
left join answerable_columns($known_on, $edition) as c on a.register = c.register and c.column_name = 'open_at_end'
left join (
    select register, count(*) as checked, count(*) filter (where gap <> 0) as violations
    from stock_and_flow($known_on, $edition) group by register
) as s on a.register = s.register
order by a.register
