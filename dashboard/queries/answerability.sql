-- purpose: what each register can answer, era by era, on what basis, and what its rows cover
-- parameters: $register $edition $known_on
-- result columns: register, era, field, status, basis, coverage, words, assumed, editions, first_edition, last_edition, listed_from, listed_to, sheets_cover
with eras as (
    select
        e.register,
        e.era,
        count(distinct e.edition) as editions,
        arg_min(e.edition, e.edition_order) as first_edition,
        arg_max(e.edition, e.edition_order) as last_edition,
        -- of the sheets that list every case, or every closed one: what survives is listed of any time
        min(s.period_start) filter (where s.coverage in ('complete', 'completed_only')) as listed_from,
        max(s.period_end) filter (where s.coverage in ('complete', 'completed_only')) as listed_to,
        -- the layout says what an era claims; single sheets of it may claim less
        string_agg(distinct s.coverage, ', ' order by s.coverage) filter (where s.entries > 0) as sheets_cover
    from core.editions_read($known_on, $edition) as e
    left join staging.sheets as s on e.register = s.register and e.edition = s.edition
    group by e.register, e.era
)
select
    a.register, a.era, a.field, a.status, a.basis, a.coverage, a.words, a.assumed,
    e.editions, e.first_edition, e.last_edition, e.listed_from, e.listed_to, e.sheets_cover
from reference.answerability as a
inner join core.registers_in($register) as r on a.register = r.register
inner join eras as e on a.register = e.register and a.era = e.era
order by a.register, a.era, a.position
