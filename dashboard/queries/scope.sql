-- purpose: what a register's rows allow: as-at date, coverage, which columns and clocks it can answer
-- parameters: $register $edition $known_on
-- result columns: register, title, short_title, noun, synthetic, as_at, edition, published, published_basis, selected, completed_only, survivors_only, survivors_too, coverage_start, unbroken_from, gap_start, listed_from, recipients_named, columns, clocks, target
with listed as (
    select
        s.register,
        min(s.period_start) filter (where s.coverage in ('complete', 'completed_only')) as listed_from,
        bool_and(s.coverage = 'survivors_only') filter (where s.entries > 0) as survivors_only,
        bool_or(s.coverage = 'survivors_only' and s.entries > 0) as survivors_too
    from staging.sheets as s
    inner join core.editions_read($known_on, $edition) as x on s.register = x.register and s.edition = x.edition
    group by s.register
)
select
    r.register,
    r.title,
    r.short_title,
    r.noun,
    r.synthetic,
    a.as_at,
    a.edition,
    e.published,
    e.published_basis,
    a.selected,
    a.completed_only,
    coalesce(l.survivors_only, false) as survivors_only,
    coalesce(l.survivors_too, false) as survivors_too,
    c.coverage_start,
    c.unbroken_from,
    c.gap_start,
    l.listed_from,
    n.recipients_named,
    (
        select to_json(list({name: column_name, answerable: answerable, words: words} order by column_name))
        from answerable_columns($known_on, $edition) as x where x.register = r.register
    ) as columns,
    (
        select to_json(list({name: clock, label: label, answerable: answerable, words: words} order by position))
        from answerable_clocks($known_on, $edition) as x where x.register = r.register
    ) as clocks,
    case
        when r.target_days is not null
            then to_json({days: r.target_days, unit: r.target_unit, clock: r.target_clock, source: r.target_source})
    end as target
from core.registers_in($register) as r
inner join as_at($known_on, $edition) as a on r.register = a.register
inner join register_answers($known_on, $edition) as n on r.register = n.register
inner join staging.editions as e on a.register = e.register and a.edition = e.edition
left join coverage_start($known_on, $edition) as c on r.register = c.register
left join listed as l on r.register = l.register
order by r.register
