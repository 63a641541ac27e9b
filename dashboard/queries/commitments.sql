-- purpose: what was promised, suggested or expected, with what was known of it, and whether its day has passed
-- parameters: $register $edition $known_on
-- result columns: ref, kind, text, by, due, progress, next, status, evidence, due_date, overdue, judged_on, made, progress_on, evidence_address, source, source_address, registers
with about as (
    select ref, unnest(string_split(registers, ' ')) as register from reference.commitments
),
-- the day asked; without one, the last day that the editions of its registers speak of: never that on the wall
days as (
    select b.ref, coalesce($known_on, max(a.as_at)) as judged_on
    from about as b
    left join as_at($known_on, $edition) as a on b.register = a.register
    where $register is null or b.register = $register
    group by b.ref
),
known as (
    select c.*, d.judged_on, coalesce(c.progress_on <= $known_on, true) as told
    from reference.commitments as c inner join days as d on c.ref = d.ref
    where $known_on is null or c.made <= $known_on
)
select
    ref, kind, text, "by", due,
    case when told then progress end as progress,
    next,
    case when told then status else 'not_published' end as status,
    case when told then evidence end as evidence,
    due_date,
    case
        when due_date is not null and judged_on is not null
            then due_date < judged_on and (not told or status in ('in_progress', 'not_published'))
    end as overdue,
    judged_on, made,
    case when told then progress_on end as progress_on,
    case when told then evidence_address end as evidence_address,
    source, source_address, registers
from known
order by position
