-- purpose: every recipient of a register, one row each: open_data.recipients as known on a day
-- parameters: $register $edition $known_on
-- result columns: register, recipient_id, recipient, recipient_types, parent_recipient, former_names, requests, releases
with listed as (
    select recipient_id, recipient, recipient_type, 1 as requests, 0 as releases
    from requests_as($known_on, $edition) where register = $register and recipient_id is not null
    union all
    select recipient_id, recipient, recipient_type, 0, 1
    from releases_as($known_on, $edition) where register = $register and recipient_id is not null
)
select
    $register as register,
    l.recipient_id,
    min(l.recipient) as recipient,
    string_agg(distinct l.recipient_type, '; ' order by l.recipient_type) as recipient_types,
    any_value(f.parent_recipient) as parent_recipient,
    any_value(f.former_names) as former_names,
    sum(l.requests)::bigint as requests,
    sum(l.releases)::bigint as releases
from listed as l
left join core.recipient_facts as f on f.register = $register and l.recipient_id = f.recipient_id
group by l.recipient_id
order by l.recipient_id
