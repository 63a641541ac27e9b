-- purpose: the editions in this build, with the days between their as-at and publication dates; those withdrawn with the reason
-- parameters: $register $edition $known_on
-- result columns: register, edition, as_at, published, lag_days, rows, requests, sha256, era, as_at_basis, published_basis, file, address, licence, provenance, replaces, replaced_by, withdrawn_on, withdrawn_reason
with listed as (
    select
        e.register, e.edition, e.edition_order, e.as_at, e.published, e.published_basis, e.known_from,
        e.entries + e.person_counts as rows,
        coalesce(q.requests, 0) as requests,
        e.sha256, e.era, e.as_at_basis, e.file, e.address, e.licence, e.provenance,
        coalesce(
            e.replaces,
            (
                select max_by(w.edition, w.edition_order) from staging.withdrawn_editions as w
                where w.register = e.register and w.replaced_by = e.edition
            )
        ) as replaces,
        -- a replacement that came later was not known then
        case when coalesce(x.known_from <= $known_on, true) then e.replaced_by end as replaced_by,
        null::date as withdrawn_on,
        null::varchar as withdrawn_reason
    from staging.editions as e
    left join core.edition_requests as q on e.register = q.register and e.edition = q.edition
    left join staging.editions as x on e.register = x.register and e.replaced_by = x.edition
    inner join core.registers_in($register) as r on e.register = r.register
    union all by name
    select
        w.register, w.edition, w.edition_order, w.as_at, w.published, w.published_basis, w.known_from,
        w.sha256, w.as_at_basis, w.replaced_by, w.withdrawn_on, w.withdrawn_reason
    from staging.withdrawn_editions as w
    inner join reference.registers as r on w.register = r.register
    -- also of a register of which nothing else is left
    where w.register in (select x.register from core.registers_in($register) as x)
        or w.register = $register
        or ($register is null and not r.fixture and not r.synthetic)
)
select
    register,
    edition,
    as_at,
    published,
    -- a month of publication gives no number of days
    case when published_basis <> 'stated_month' then date_diff('day', as_at, published) end as lag_days,
    rows,
    requests,
    sha256,
    era,
    as_at_basis,
    published_basis,
    file,
    address,
    licence,
    provenance,
    replaces,
    replaced_by,
    withdrawn_on,
    withdrawn_reason
from listed
where ($edition is null or edition = $edition) and ($known_on is null or known_from <= $known_on)
order by register, edition_order
