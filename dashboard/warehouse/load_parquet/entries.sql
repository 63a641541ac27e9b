-- purpose: one Parquet edition into staging.entries
-- parameters: $file, $register, $edition, $edition_order, $as_at, $known_from, $first_id, $separators
-- result columns: none (inserts rows)
-- $separators: a pattern of what parts several datasets in one text, or null
insert into staging.entries by name
select
    $first_id + row_number() over () as entry_id,
    $register as register,
    $edition as edition,
    $edition_order as edition_order,
    $as_at as as_at,
    $known_from as known_from,
    sheet,
    sheet_row,
    'request' as row_kind,
    'complete' as coverage,
    reference,
    recipient,
    lower(recipient) as recipient_key,
    recipient_type,
    -- settled in the file, like the outcome: our own terms or nothing
    case
        when recipient_type in (select t.recipient_type from reference.recipient_types as t) then recipient_type
    end as recipient_type_mapped,
    title,
    purpose,
    dataset,
    case
        when $separators is not null
            then list_filter(
                list_transform(regexp_split_to_array(dataset, $separators), lambda part: trim(part)),
                lambda part: part <> ''
            )
    end as dataset_parts,
    nullif(regexp_extract(classification, '^Tier ([1-4])$', 1), '') as tier,
    nullif(regexp_extract(classification, '^Sensitivity ([A-E])', 1), '') as sensitivity,
    nullif(regexp_extract(classification, 'identifiability ([1-5])$', 1), '') as identifiability,
    legal_basis,
    route,
    outcome,
    outcome as outcome_mapped,
    data_held,
    case when lower(data_held) in ('yes', 'no') then lower(data_held) = 'yes' end as data_held_mapped,
    received_date,
    approved_date,
    released_date,
    closed_date,
    licence_end,
    outcome = 'open' as pending,
    0 as impossible_dates,
    '{}' as raw,
    null as untidy
from read_parquet($file)
