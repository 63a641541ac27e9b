-- purpose: whether what a filter names is there at all in a register: a row where it is, none where not
-- parameters: $register $route $tier $dataset $recipient $reference
-- result columns: found
select true as found
where
    (
        $route is null
        or exists (select 1 from core.segments as s where s.register = $register and list_contains($route, s.route))
    )
    and (
        $tier is null
        or exists (select 1 from core.segments as s where s.register = $register and list_contains($tier, s.tier))
    )
    and (
        $dataset is null
        or exists (select 1 from core.dataset_numbers as d where d.register = $register and d.dataset = $dataset)
        or exists (select 1 from core.dataset_parts as p where p.register = $register and p.part = $dataset)
    )
    and (
        $recipient is null
        or exists (select 1 from core.recipients_called($recipient) as c where c.register = $register)
    )
    and (
        $reference is null
        or exists (select 1 from core.requests as q where q.register = $register and q.reference = $reference)
    )
