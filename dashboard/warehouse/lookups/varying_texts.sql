-- purpose: texts of a field that is not the same in every edition that lists its request, release or figure
-- parameters: none
-- result columns: text
with varying as (
    select register, about, reference, occurrence, counted_in
    from core.listed
    group by all
    having count(distinct shown) > 1
)
select distinct text
from (
    select unnest(n.shown) as text
    from core.listed as n
    semi join varying as v
        on n.register = v.register and n.about = v.about and n.reference = v.reference and n.occurrence = v.occurrence
        and n.counted_in = v.counted_in
)
where text is not null
order by text
