-- purpose: every register with editions in this build, the one a reader should see first at the top
-- parameters: none
-- result columns: register, title, short_title, publisher, about, address, licence, contact, synthetic, fixture, selected, as_at, published, edition, published_basis
select
    r.register, r.title, r.short_title, r.publisher, r.about, r.address, r.licence, r.contact, r.synthetic, r.fixture,
    a.selected, a.as_at, e.published, a.edition, e.published_basis
from reference.registers as r
inner join as_at(null, null) as a on r.register = a.register
inner join staging.editions as e on r.register = e.register and a.edition = e.edition
order by a.selected, r.fixture, r.synthetic, r.home_rank, r.register
