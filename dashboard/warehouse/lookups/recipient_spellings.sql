-- purpose: one spelling for each recipient: the one on most rows, the later in the alphabet on a tie
-- parameters: none
-- result columns: register, recipient_key, spelling
select register, recipient_key, arg_max(recipient, (entries, recipient)) as spelling
from (
    select register, recipient_key, recipient, count(*) as entries
    from staging.entries
    where recipient_key is not null
    group by register, recipient_key, recipient
)
group by register, recipient_key
order by register, recipient_key
