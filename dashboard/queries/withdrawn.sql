-- purpose: editions withdrawn whole, of which no measure can speak
-- parameters: none
-- result columns: register, edition, withdrawn_on, withdrawn_reason
select register, edition, withdrawn_on, withdrawn_reason
from staging.withdrawn_editions
order by register, edition_order
