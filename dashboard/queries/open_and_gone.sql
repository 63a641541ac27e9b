-- purpose: how many requests were open when last listed, and are listed no more
-- parameters: $register $type $tier $route $outcome $recipient $reference $dataset $edition $known_on
-- result columns: register, requests
select v.register, count(*) as requests
from open_and_gone($known_on, $edition) as v
inner join core.registers_in($register) as r on v.register = r.register
where ($type is null or list_contains($type, v.recipient_type))
    and ($tier is null or list_contains($tier, coalesce(v.tier, 'not_published')))
    and ($route is null or list_contains($route, coalesce(v.route, 'not_published')))
    and ($outcome is null or list_contains($outcome, v.outcome))
    and (
        $recipient is null
        or exists (
            from core.recipients_called($recipient) as c
            where c.register = v.register and c.recipient_id = v.recipient_id
        )
    )
    and ($reference is null or v.reference = $reference)
    and (
        $dataset is null or v.dataset = $dataset
        or (v.register, v.dataset) in (select (p.register, p.dataset) from core.dataset_parts as p where p.part = $dataset)
    )
group by v.register
order by v.register
