-- purpose: the counts of people, records or requests that stand, added up by body and unit; never across either
-- parameters: $register $from $to $edition $known_on
-- result columns: register, body, unit, period_start, period_end, periods, requested, supplied, uncounted, overlapping
with published as (
    select
        p.*,
        e.edition_order as told,
        row_number() over (
            partition by p.register, p.edition, p.body, p.unit, p.period_start, p.period_end order by p.sheet, p.sheet_row
        ) as occurrence
    from staging.person_counts as p
    inner join core.registers_in($register) as r on p.register = r.register
    inner join staging.editions as e on p.register = e.register and p.edition = e.edition
    where ($edition is null or p.edition = $edition) and ($known_on is null or e.known_from <= $known_on)
        and ($from is null or p.period_start >= $from) and ($to is null or p.period_end <= $to)
        and p.period_start is not null and p.period_end is not null
),
standing as (
    select * from published
    qualify row_number() over (
        partition by register, body, unit, period_start, period_end, occurrence order by told desc
    ) = 1
),
beside as (
    select
        *,
        period_start <= lag(period_end) over (
            partition by register, body, unit order by period_start, period_end, occurrence
        ) as begins_inside
    from standing
)
select
    register, body, unit,
    min(period_start) as period_start,
    max(period_end) as period_end,
    count(*) as periods,
    sum(requested)::bigint as requested,
    sum(supplied)::bigint as supplied,
    count(*) filter (where requested is null or supplied is null) as uncounted,
    coalesce(bool_or(begins_inside), false) as overlapping
from beside
group by register, body, unit
order by register, body, unit
