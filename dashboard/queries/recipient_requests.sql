-- purpose: the requests of one recipient, as asked or as supplied under them, the newest first
-- parameters: $register $recipient $edition $known_on $limit
-- result columns: reference, title, outcome, received_date, approved_date, released_date, closed_date, edition, sheet, sheet_row, last_edition, still_listed, releases, matched, gone
with called as (
    select recipient_id from core.recipients_called($recipient) where register = $register
),
supplied as (
    select s.request, count(*) as releases
    from releases_as($known_on, $edition) as s
    semi join called as c on s.recipient_id = c.recipient_id
    where s.register = $register
    group by s.request
)
select
    q.reference, q.title, q.outcome, q.received_date, q.approved_date, q.released_date, q.closed_date,
    e.edition, e.sheet, e.sheet_row, q.last_edition, q.last_edition = a.edition as still_listed,
    coalesce(s.releases, 0) as releases,
    count(*) over () as matched,
    count(*) filter (where q.last_edition <> a.edition) over () as gone
from requests_as($known_on, $edition) as q
inner join as_at($known_on, $edition) as a on q.register = a.register
inner join staging.entries as e on q.entry_id = e.entry_id
left join supplied as s on q.reference = s.request
where q.register = $register and (q.recipient_id in (select recipient_id from called) or s.request is not null)
order by coalesce(q.received_date, q.approved_date, q.released_date, q.closed_date) desc nulls last, q.reference
limit coalesce($limit, 100)
