-- purpose: the typed differences between two editions, and those of every pair of neighbours
-- parameters: none
-- result columns: none (creates a macro and a table)

-- One definition for both questions: the two editions named, or without names every pair of neighbours.
create macro core.changes_between(wanted, from_edition, to_edition) as table
with pairs as (
    select distinct register, previous, edition from core.edition_pairs where previous is not null and wanted is null
    union all
    select wanted, from_edition, to_edition where wanted is not null
),
framed as (
    select
        p.register, p.previous, p.edition, e.as_at, e.published, e.known_from, e.edition_order, b.as_at as previous_as_at
    from pairs as p
    inner join staging.editions as e on p.register = e.register and p.edition = e.edition
    inner join staging.editions as b on p.register = b.register and p.previous = b.edition
),
-- Whether the later edition can tell what became of a request that was open: not where it lists what was closed in
-- a period, and the period begins later than the earlier edition's day; nor where such a sheet is missing.
followed as (
    select
        f.register, f.previous, f.edition,
        bool_or(s.edition = f.edition and (s.period_start is null or s.period_start <= f.previous_as_at + 1)) as open_is_followed
    from framed as f
    inner join staging.sheets as s
        on f.register = s.register and s.edition in (f.previous, f.edition)
        and s.coverage = 'completed_only' and (s.kind like 'request %' or s.kind like 'release %')
    group by all
),
-- Row against row on sheets of one kind: what two sheets of one edition say in different words is no change when one of
-- them goes. Where the later edition lists it on a sheet of another kind, all that each edition says is compared.
matched as (
    select
        f.register, f.previous, f.edition, n.about, n.reference, n.occurrence, n.counted_in, n.request, n.recipient_key,
        n.sheet, n.sheet_row, n.entry_id, b.shown as shown_before, n.shown as shown_now, b.fields as fields_before,
        n.fields as fields_now
    from framed as f
    inner join core.listed_on as b on f.register = b.register and f.previous = b.edition
    inner join core.listed_on as n
        on f.register = n.register and f.edition = n.edition and b.about = n.about and b.reference = n.reference
        and b.occurrence = n.occurrence and b.counted_in = n.counted_in and b.kind = n.kind
    where b.shown is distinct from n.shown
    union all
    select
        f.register, f.previous, f.edition, n.about, n.reference, n.occurrence, n.counted_in, n.request, n.recipient_key,
        n.sheet, n.sheet_row, n.entry_id, b.shown, n.shown, b.fields, n.fields
    from framed as f
    inner join core.listed as b on f.register = b.register and f.previous = b.edition
    inner join core.listed as n
        on f.register = n.register and f.edition = n.edition and b.about = n.about and b.reference = n.reference
        and b.occurrence = n.occurrence and b.counted_in = n.counted_in
    where b.shown is distinct from n.shown and not list_has_all(b.kinds, n.kinds)
),
both_listed as (
    select * exclude (shown_before, shown_now, fields_before, fields_now)
    from (
        select
            *,
            unnest(list_filter(
                list_zip(core.compared_fields(), shown_before, shown_now),
                lambda x: x[2] is distinct from x[3] and list_contains(fields_before, x[1])
                    and list_contains(fields_now, x[1])
            )) as difference
        from matched
    )
    -- on two sheets of an edition it is one change
    qualify row_number() over (
        partition by register, previous, edition, about, reference, occurrence, counted_in, difference[1]
        order by entry_id, difference, sheet, sheet_row
    ) = 1
),
-- Of a selection that others made, a row that is new is one more that they quoted.
arrived as (
    select f.register, f.previous, f.edition, n.*
    from framed as f
    inner join (select * rename (edition as in_edition, register as of_register) from core.listed) as n
        on f.register = n.of_register and f.edition = n.in_edition
    anti join core.listed as b
        on f.register = b.register and f.previous = b.edition and n.about = b.about and n.reference = b.reference
        and n.occurrence = b.occurrence and n.counted_in = b.counted_in
    where not n.selected
),
absent as (
    select f.register, f.previous, f.edition, f.as_at, b.*
    from framed as f
    inner join (select * rename (edition as in_edition, register as of_register) from core.listed) as b
        on f.register = b.of_register and f.previous = b.in_edition
    anti join core.listed as n
        on f.register = n.register and f.edition = n.edition and b.about = n.about and b.reference = n.reference
        and b.occurrence = n.occurrence and b.counted_in = n.counted_in
),
-- Absence counts only where the later edition has such a sheet, and the sheet claims the time the row is of. Of a
-- sheet with a row (or its reference) withdrawn nobody may say who is not on it.
departed as (
    select a.*
    from absent as a
    left join followed as w on a.register = w.register and a.previous = w.previous and a.edition = w.edition
    where (not a.is_open or coalesce(w.open_is_followed, true))
        and exists (
            from (select unnest(a.places) as place) as u
            inner join staging.sheets as s on u.place.kind = s.kind
            where s.register = a.register and s.edition = a.edition
                and s.coverage <> 'selected' and u.place.coverage <> 'selected'
                and not exists (
                    from staging.withdrawals as h
                    where h.register = s.register and h.edition = s.edition and h.sheet = s.sheet
                        and (h.column_name is null or h.field in ('reference', 'period'))
                )
                and (
                    (s.period_start is null and s.period_end is null)
                    or (
                        u.place.of_a_time
                        and core.within(u.place.first_day, u.place.last_day, s.period_start, s.period_end)
                    )
                )
        )
),
typed as (
    select
        register, previous, edition, about, reference, occurrence, counted_in, request, recipient_key, sheet, sheet_row,
        null as field, null as before, null as after, 'added' as kind, '' as words
    from arrived
    union all
    select
        b.register, b.previous, b.edition, b.about, b.reference, b.occurrence, b.counted_in, b.request, b.recipient_key,
        b.sheet, b.sheet_row, b.difference[1], b.difference[2], b.difference[3],
        case when x.spelling_key = y.spelling_key then 'typographic' else 'amended' end,
        ''
    from both_listed as b
    left join staging.spellings as x on b.difference[2] = x.text
    left join staging.spellings as y on b.difference[3] = y.text
    union all
    select
        register, previous, edition, about, reference, occurrence, counted_in, request, recipient_key, sheet, sheet_row,
        case when ended then 'licence_end' when not held then 'data_held' when licence_end is not null then 'licence_end' end,
        case when ended then licence_end::varchar when not held then data_held when licence_end is not null then licence_end::varchar end,
        null,
        case when ended or not held then 'licence_ended' else 'left_no_reason_published' end,
        case
            when ended
                then 'Left the register. The licence end published, ' || strftime(licence_end, '%-d %B %Y')
                    || ', is not after the day of this edition, ' || strftime(as_at, '%-d %B %Y') || '.'
            when not held then 'Left the register, after it was published that the data are no longer held.'
            else 'Left the register, and no reason is published'
                || coalesce('; the licence end published was ' || strftime(licence_end, '%-d %B %Y') || '.', '.')
        end
    from (
        select
            *,
            coalesce(licence_end <= as_at, false) as ended,
            coalesce(data_held_mapped, true) as held
        from departed
    )
)
select
    left(sha256(concat_ws(
        chr(31), t.register, t.previous, t.edition, t.about, t.counted_in, t.occurrence, coalesce(t.field, ''), t.reference
    )), 16) as change,
    t.reference,
    t.field,
    t.before,
    t.after,
    t.kind,
    t.register,
    t.edition,
    t.previous,
    f.published,
    f.known_from,
    f.edition_order,
    t.about,
    t.occurrence,
    t.request,
    m.recipient,
    m.recipient_id,
    t.sheet,
    t.sheet_row,
    case
        when t.kind = 'added' and t.about = 'person_count' then 'A figure that the edition before did not give.'
        when t.kind = 'added' and exists (
            from staging.withdrawals as h
            where h.register = t.register and h.edition = t.previous
                and (h.column_name is null or h.field in ('reference', 'period'))
        ) then 'Listed in this edition; rows of the one before are withdrawn, so it need not be new.'
        when t.kind = 'added' then 'Listed in this edition and not in the one before.'
        when t.kind = 'amended' and t.before is null then l.label || ': not published before, now ' || core.told(t.field, t.after) || '.'
        when t.kind = 'amended' and t.after is null
            then l.label || ': no longer published; it was ' || core.told(t.field, t.before) || '.'
        when t.kind = 'amended' then l.label || ': ' || core.told(t.field, t.before) || ' became ' || core.told(t.field, t.after) || '.'
        when t.kind = 'typographic'
            then l.label || ': spelt ' || core.told(t.field, t.after) || ', before ' || core.told(t.field, t.before) || '.'
        else t.words
    end as words,
    k.position as kind_position,
    coalesce(l.position, 0) as field_position
from typed as t
inner join framed as f on t.register = f.register and t.previous = f.previous and t.edition = f.edition
inner join reference.change_kinds as k on t.kind = k.kind
left join reference.fields as l on t.field = l.field
left join reference.recipients as m
    on t.register = m.register and t.recipient_key.name = m.recipient_key
        and t.recipient_key.day between m.holds_from and m.holds_to;

create table core.changes as from core.changes_between(null, null, null);
