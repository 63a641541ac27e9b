-- purpose: the request that a reference leads to, if any; else the references most like it
-- parameters: $register $reference $edition $known_on
-- result columns: request, reference, exact, similarity
-- A release's reference, and one that differs in case or spaces alone, lead to the request.
with listed as (
    select reference, reference as request, 1 as kind
    from requests_as($known_on, $edition)
    where register = $register and not starts_with(reference, 'unreferenced-')
    union
    select reference, request, 2 as kind
    from releases_as($known_on, $edition)
    where register = $register and not starts_with(reference, 'unreferenced-')
),
asked as (select left($reference, 100) as reference, lower(regexp_replace(left($reference, 100), '\s', '', 'g')) as folded)
select
    l.request,
    l.reference,
    l.reference = $reference as exact,
    max(jaro_winkler_similarity(lower(regexp_replace(left(l.reference, 100), '\s', '', 'g')), a.folded)) as similarity
from listed as l
cross join asked as a
group by l.request, l.reference
having exact or similarity >= 0.8
order by exact desc, similarity desc, min(l.kind), l.reference
limit 8
