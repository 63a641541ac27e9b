-- purpose: what a register has that can be filtered by: its types, tiers, routes, outcomes, bases of dates, data sets
-- parameters: $register
-- result columns: filter, value
with found as (
    select distinct 'type' as filter, recipient_type as value from core.segments where register = $register
    union
    select distinct 'tier', tier from core.segments where register = $register
    union
    select distinct 'route', route from core.segments where register = $register
    union
    select distinct 'outcome', outcome from core.segments where register = $register
    union
    select distinct 'basis', s.basis::varchar
    from core.spell_facts as s
    inner join core.segments as g on s.segment = g.segment and g.register = $register
    where s.basis is not null
    union
    select 'dataset', d.dataset from core.dataset_numbers as d where d.register = $register
    union
    select 'dataset', p.part from core.dataset_parts as p where p.register = $register
),
-- A register may have a data set a request: as many as a list can hold are offered, single ones first.
numbered as (select *, row_number() over (partition by filter order by length(value), value) as place from found)
select filter, value
from numbered
where place <= 300
order by filter, value
