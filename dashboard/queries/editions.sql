-- purpose: the editions in this build, with the days between their as-at and publication dates
-- parameters: $register $edition $known_on
-- result columns: register, edition, as_at, published, lag_days, rows, requests, sha256, era, as_at_basis, published_basis, file, address, licence, provenance, replaced_by
select
    e.register,
    e.edition,
    e.as_at,
    e.published,
    -- a month of publication gives no number of days
    case when e.published_basis <> 'stated_month' then date_diff('day', e.as_at, e.published) end as lag_days,
    e.entries + e.person_counts as rows,
    (select count(*) from core.request_entries as q where q.register = e.register and q.edition = e.edition) as requests,
    e.sha256,
    e.era,
    e.as_at_basis,
    e.published_basis,
    e.file,
    e.address,
    e.licence,
    e.provenance,
    -- a replacement that came later was not known then
    case when coalesce(x.known_from <= $known_on, true) then e.replaced_by end as replaced_by
from staging.editions as e
left join staging.editions as x on e.register = x.register and e.replaced_by = x.edition
inner join core.registers_in($register) as r on e.register = r.register
where ($edition is null or e.edition = $edition) and ($known_on is null or e.known_from <= $known_on)
order by e.register, e.edition_order
