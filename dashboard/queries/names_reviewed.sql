-- purpose: every published spelling that a reviewer said something of, with the reason and the day
-- parameters: $register
-- result columns: spelling, recipient, relation, reason, reviewer, reviewed
select distinct n.spelling, n.recipient, n.relation, n.reason, n.reviewer, n.reviewed
from reference.recipients as n
inner join core.registers_in($register) as r on n.register = r.register
where n.relation is not null
order by n.spelling, n.recipient, n.relation, n.reason
