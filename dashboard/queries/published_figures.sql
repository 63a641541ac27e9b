-- purpose: figures that others published, and ours beside them where the scope is the same and we list the whole period
-- parameters: $register $from $to $edition $known_on
-- result columns: source, measure, category, period_start, period_end, value, ours, difference, status, explanation, difference_share, unit, body, figure, superseded_by, corrects, scope, published, source_address, file, file_row, refusal, listed_from, as_at
with judged as (from core.figures_judged($register, $from, $to, $known_on, $edition))
select
    j.source, j.measure, j.category, j.period_start, j.period_end, j.value,
    case when j.refusal is null then j.count end as ours,
    case when j.refusal is null then j.count - j.value end as difference,
    -- before its correction was published a figure stood
    case when j.status = 'superseded' and j.corrected_by is null then 'as published' else j.status end as status,
    j.explanation,
    case when j.refusal is null then (j.count - j.value) / nullif(j.value, 0) end as difference_share,
    j.unit, j.body, j.figure,
    j.corrected_by as superseded_by,
    case when j.figure is not null then (select any_value(k.figure) from judged as k where k.superseded_by = j.figure) end as corrects,
    j.scope, j.published, j.source_address, j.file, j.file_row, j.refusal, j.listed_from, j.as_at
from judged as j
order by j.period_start nulls last, j.period_end nulls last, j.category, j.measure, j.published nulls last, j.source, j.value
