-- purpose: what a few words find in each register asked: requests and releases by reference, recipients by name, titles
-- parameters: $register $edition $known_on $search $most
-- result columns: kind, register, label, recipient, title, request, recipient_id, recipient_type, outcome, date, rank, matched
-- `rank`: 1 the whole of it, 2 it begins so, 3 every word of the search begins a word of it, 4 every word is somewhere
-- in it (of a title, or in the name of who asked).
-- Letters are compared without case and accents. The words are bound, and no pattern is made of them.
with asked as (
    select
        lower(strip_accents($search)) as whole,
        list_filter(
            string_split_regex(lower(strip_accents($search)), '[^\p{L}\p{N}]+'), lambda part: part <> ''
        ) as parts
),
requests as (
    select q.* from requests_as($known_on, $edition) as q inner join core.registers_in($register) as r on q.register = r.register
),
texts as (
    select
        'request' as kind, register, reference as label, title, reference as request, recipient_id,
        recipient, recipient_type, outcome, coalesce(received_date, approved_date, released_date, closed_date) as date,
        lower(strip_accents(reference)) as folded
    from requests
    where not starts_with(reference, 'unreferenced-')
    union all by name
    select
        'release' as kind, s.register, s.reference as label, any_value(q.title) as title, s.request,
        any_value(s.recipient_id) as recipient_id, any_value(s.recipient) as recipient,
        any_value(s.recipient_type) as recipient_type, 'released' as outcome, max(s.released_date) as date,
        lower(strip_accents(s.reference)) as folded
    from releases_as($known_on, $edition) as s
    inner join requests as q on s.register = q.register and s.request = q.reference
    where s.reference <> s.request and not starts_with(s.reference, 'unreferenced-')
    group by s.register, s.reference, s.request
    union all by name
    select
        'recipient' as kind, n.register, n.recipient as label, n.published_name as recipient, n.recipient_id,
        lower(strip_accents(n.published_name)) as folded
    from (
        select register, recipient, recipient_id, published_name from recipient_names($known_on, $edition)
        union
        select register, recipient, recipient_id, recipient from recipient_names($known_on, $edition)
    ) as n
    inner join core.registers_in($register) as r on n.register = r.register
    union all by name
    select
        'title' as kind, register, title as label, title, reference as request, recipient_id,
        recipient, recipient_type, outcome, coalesce(received_date, approved_date, released_date, closed_date) as date,
        lower(strip_accents(title)) as folded, lower(strip_accents(coalesce(recipient, ''))) as beside
    from requests
    where title is not null
),
found as (
    select
        t.* exclude (folded, beside),
        case
            when t.folded = a.whole then 1
            when starts_with(t.folded, a.whole) then 2
            when list_bool_and(list_transform(
                a.parts,
                lambda part: contains(' ' || regexp_replace(t.folded, '[^\p{L}\p{N}]+', ' ', 'g'), ' ' || part)
            )) then 3
            else 4
        end as rank
    from texts as t
    cross join asked as a
    where len(a.whole) > 0
        and (
            contains(t.folded, a.whole)
            or (
                len(a.parts) > 0
                and list_bool_and(list_transform(
                    a.parts, lambda part: contains(t.folded, part) or contains(coalesce(t.beside, ''), part)
                ))
                -- who it was may stand beside a word of the title, and not in place of all
                and list_bool_or(list_transform(a.parts, lambda part: contains(t.folded, part)))
            )
        )
),
-- a recipient is one, by whichever of its names it is found best
single as (
    select *
    from found
    qualify row_number() over (
        partition by kind, register, case when kind = 'recipient' then recipient_id else concat_ws(chr(31), label, request) end
        order by rank, recipient = label desc, length(recipient), recipient
    ) = 1
)
select
    kind, register, label, recipient, title, request, recipient_id, recipient_type, outcome, date, rank,
    count(*) over (partition by kind) as matched
from single
qualify row_number() over (partition by kind order by rank, length(label), label, register, request) <= $most
order by kind, rank, length(label), label, register, request
