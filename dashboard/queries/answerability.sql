-- purpose: what each register can answer, era by era, and on what basis
-- parameters: $register $edition $known_on
-- result columns: register, era, field, status, basis, coverage, words, field_label, assumed
select a.register, a.era, a.field, a.status, a.basis, a.coverage, a.words, a.field as field_label, a.assumed
from reference.answerability as a
inner join core.registers_in($register) as r on a.register = r.register
where exists (from core.editions_read($known_on, $edition) as e where e.register = a.register and e.era = a.era)
order by a.register, a.era, a.position
