-- purpose: figures that others published, and ours beside them where the scope is the same
-- parameters: $register $edition $known_on
-- result columns: source, measure, category, period_start, period_end, value, ours, difference, status, explanation, scope, published, source_address
with events as (from events($known_on, $edition)),
compared as (
    select
        f.*,
        coalesce(a.answerable, false) as answerable,
        (
            select count(*) from events as v
            where v.register = f.register and v.kind = f.comparable
                and v.date between f.period_start and f.period_end
                and (f.category not like 'Tier %' or v.tier = right(f.category, 1))
                and (f.category <> 'unclassified' or v.tier is null)
        ) as counted
    from reference.published_figures as f
    left join answerable_columns($known_on, $edition) as a on f.register = a.register and f.comparable = a.column_name
    where $register is null or f.register = $register
)
select
    source, measure, category, period_start, period_end, value,
    case when answerable and status <> 'ambiguous' then counted end as ours,
    case when answerable and status <> 'ambiguous' then counted - value end as difference,
    status,
    concat_ws(
        ' ', nullif(explanation, ''),
        case
            when comparable is null then 'Nothing in our registers has this scope.'
            when not answerable
                then 'Our entries of this register are a selection that others quoted, so no count of ours stands beside it.'
        end
    ) as explanation,
    scope, published, source_address
from compared
order by period_start nulls last, source, measure, category, published, value
