-- purpose: the registers of an export, each with how far it reaches: open_data.registers as known on a day
-- parameters: $register $edition $known_on
-- result columns: register, title, short_title, noun, publisher, about, address, licence, contact, synthetic, selected, as_at, edition, cadence, target_days, target_unit, target_clock, target_source
select
    r.register, r.title, r.short_title, r.noun, r.publisher, r.about, r.address, r.licence, r.contact, r.synthetic,
    a.selected, a.as_at, a.edition, r.cadence, r.target_days, r.target_unit, r.target_clock, r.target_source
from open_data.registers as r
inner join as_at($known_on, $edition) as a on r.register = a.register
inner join core.registers_in($register) as w on r.register = w.register
order by r.register
