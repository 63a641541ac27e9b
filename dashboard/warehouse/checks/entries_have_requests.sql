-- purpose: every entry belongs to at least one request, and every request has an entry
-- parameters: none
-- result columns: entry_id
select e.entry_id from staging.entries as e
where not exists (from staging.entry_requests as q where q.entry_id = e.entry_id)
union all
select q.entry_id from staging.entry_requests as q
where not exists (from staging.entries as e where q.entry_id = e.entry_id)
