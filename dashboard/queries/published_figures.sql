-- purpose: figures that others published, and ours beside them where the scope is the same and we list the whole period
-- parameters: $register $from $to $edition $known_on
-- result columns: source, measure, category, period_start, period_end, value, ours, difference, status, explanation, difference_share, unit, body, figure, superseded_by, corrects, scope, published, source_address, refusal, listed_from, as_at
with known as (
    select *
    from reference.published_figures
    where ($register is null or register = $register)
        -- one of unknown date cannot be said to have been known on a day
        and ($known_on is null or published <= $known_on)
        and ($from is null or period_start >= $from)
        and ($to is null or period_end <= $to)
),
listed as (
    select s.register, min(s.period_start) as listed_from
    from staging.sheets as s
    semi join core.editions_read($known_on, $edition) as e on s.register = e.register and s.edition = e.edition
    where s.coverage in ('complete', 'completed_only')
    group by s.register
),
events as (
    from events_by_day($known_on, $edition) as v
    semi join (select distinct register from known where comparable is not null) as k on v.register = k.register
),
begun as (
    select v.register, coalesce(any_value(l.listed_from), date_trunc('quarter', min(v.date))::date) as listed_from
    from events as v left join listed as l on v.register = l.register
    group by v.register
),
counted as (
    select
        k.position,
        -- the number open is of the last day: received by then and not closed
        coalesce(sum(case when k.comparable = 'open_at_end' and v.kind = 'closed' then -v.events else v.events end), 0)::bigint as count
    from known as k
    inner join events as v
        on k.register = v.register and v.date <= k.period_end
            and case
                when k.comparable = 'open_at_end' then v.kind in ('received', 'closed')
                else v.kind = k.comparable and v.date >= k.period_start
            end
            and (k.category not like 'Tier %' or v.tier = right(k.category, 1))
            and (k.category <> 'unclassified' or v.tier is null)
    where k.comparable is not null
    group by k.position
),
judged as (
    select
        k.*,
        b.listed_from,
        a.as_at,
        coalesce(c.count, 0) as count,
        s.figure as corrected_by,
        case
            when k.comparable is null then 'scope'
            when k.status = 'ambiguous' then 'ambiguous'
            when s.figure is not null then 'superseded'
            when a.register is null then 'no edition'
            when a.selected then 'selection'
            when not coalesce(n.answerable, false) then 'not published'
            when b.listed_from is null or b.listed_from > k.period_start then 'begins later'
            when a.as_at < k.period_end then 'ends earlier'
        end as refusal
    from known as k
    left join known as s on k.superseded_by = s.figure
    left join as_at($known_on, $edition) as a on k.register = a.register
    left join answerable_columns($known_on, $edition) as n on k.register = n.register and k.comparable = n.column_name
    left join begun as b on k.register = b.register
    left join counted as c on k.position = c.position
)
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
    case when j.figure is not null then (select any_value(k.figure) from known as k where k.superseded_by = j.figure) end as corrects,
    j.scope, j.published, j.source_address, j.refusal, j.listed_from, j.as_at
from judged as j
order by j.period_start nulls last, j.period_end nulls last, j.category, j.measure, j.published nulls last, j.source, j.value
