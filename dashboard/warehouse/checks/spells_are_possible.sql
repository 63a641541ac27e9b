-- purpose: a spell that counts has a start, an end that is not before it, and is an event or censored, not both
-- parameters: none
-- result columns: register, reference, clock
select register, reference, clock from spells(null, null)
where (excluded_rule is null) <> (event or censored)
    or (event and censored)
    or (excluded_rule is null and (start_low is null or days is null or days < 0 or entry > days))
