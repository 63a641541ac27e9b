-- purpose: what was promised, suggested or expected, with what was known of it, and whether its day has passed
-- parameters: $register $edition $known_on
-- result columns: ref, kind, text, by, due, progress, next, status, evidence, due_date, overdue, judged_on, made, progress_on, evidence_address, source, source_address, registers, file, file_row
select
    ref, kind, text, "by", due,
    case when told then progress end as progress,
    next,
    case when told then status else 'not_published' end as status,
    case when told then evidence end as evidence,
    due_date,
    bool_or(overdue) as overdue,
    max(judged_on) as judged_on,
    made,
    case when told then progress_on end as progress_on,
    case when told then evidence_address end as evidence_address,
    source, source_address, registers, file, file_row
from core.commitments_judged($register, $known_on, $edition)
group by all
order by any_value(position)
