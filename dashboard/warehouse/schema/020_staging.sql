-- purpose: every edition, every row, as published and as read
-- parameters: none
-- result columns: none (creates tables)
create table staging.editions (
    register varchar not null,
    edition varchar not null,
    edition_order integer not null, -- 1 is the first edition of the register
    era varchar not null,
    coverage varchar not null,
    as_at date not null,
    as_at_basis varchar not null,
    published date,
    published_basis varchar not null,
    known_from date not null, -- published, else as-at: from when a reader could know it
    file varchar not null,
    sha256 varchar not null,
    size bigint not null,
    address varchar not null,
    licence varchar not null,
    provenance varchar not null,
    replaces varchar,
    replaced_by varchar,
    rows_read bigint not null,
    entries bigint not null,
    person_counts bigint not null,
    rows_explained bigint not null,
    primary key (register, edition)
);

create table staging.sheets (
    register varchar not null,
    edition varchar not null,
    sheet varchar not null,
    coverage varchar not null,
    period_start date,
    period_end date,
    rows_read bigint not null,
    entries bigint not null,
    person_counts bigint not null,
    explained varchar not null, -- JSON: why -> rows
    kind varchar not null, -- the same in every edition that has such a sheet; empty: no rows of the register
    fields varchar[] not null -- what its columns gave: a field that is not among them was not published there
);

create table staging.entries (
    entry_id bigint not null,
    register varchar not null,
    edition varchar not null,
    edition_order integer not null,
    as_at date not null,
    known_from date not null,
    sheet varchar not null,
    sheet_row bigint not null,
    row_kind varchar not null check (row_kind in ('request', 'release')),
    coverage varchar not null,
    reference varchar,
    recipient varchar,
    recipient_key varchar,
    recipient_type varchar, -- as published
    recipient_type_mapped varchar,
    title varchar,
    purpose varchar,
    dataset varchar, -- as published
    dataset_parts varchar[], -- the values that the text holds, where the layout says what parts them
    tier varchar,
    sensitivity varchar,
    identifiability varchar,
    legal_basis varchar,
    route varchar,
    outcome varchar, -- as published
    outcome_mapped varchar,
    data_held varchar, -- as published
    data_held_mapped boolean,
    agreement varchar,
    unit varchar,
    source_address varchar,
    received_date date,
    approved_date date,
    released_date date,
    reuse_date date,
    refused_date date,
    closed_date date,
    composite_date date,
    unspecified_date date,
    licence_end date,
    pending boolean not null,
    impossible_dates integer not null,
    raw varchar not null, -- JSON: heading -> text as published
    untidy varchar -- JSON: field -> text as published, where only what cannot be seen differs from what is shown
);

-- A cell can hold several references, and a release's reference belongs to a request.
create table staging.entry_requests (
    entry_id bigint not null,
    reference varchar not null,
    request varchar not null,
    reference_date date
);

-- Which release a row is, among those of its reference: one number through all editions (dashboard/identity.py).
create table staging.release_occurrences (
    entry_id bigint not null,
    reference varchar not null,
    occurrence integer not null
);

create table staging.person_counts (
    register varchar not null,
    edition varchar not null,
    edition_order integer not null,
    sheet varchar not null,
    sheet_row bigint not null,
    body varchar not null,
    unit varchar not null,
    period_text varchar not null,
    period_start date,
    period_end date,
    requested bigint,
    supplied bigint,
    people bigint
);

-- Every cell that a reviewed correction changed. The published text stands in `before` and in the entry's `raw`.
create table staging.corrections (
    register varchar not null,
    edition varchar not null,
    sheet varchar not null,
    sheet_row bigint not null,
    column_name varchar not null,
    field varchar not null,
    before varchar not null,
    after varchar not null,
    reason varchar not null,
    source varchar not null,
    "by" varchar not null,
    "on" date not null,
    correction varchar not null,
    file varchar not null
);

-- What is withdrawn, and never what it said. An edition withdrawn whole has no row in staging.editions: to every
-- measure it is as if it had not been added.
create table staging.withdrawals (
    register varchar not null,
    edition varchar not null,
    sheet varchar, -- null: the whole edition
    sheet_row bigint, -- null: the whole edition
    column_name varchar, -- null: the whole row
    field varchar, -- null: the whole row, or a column that is no field
    withdrawn_on date not null,
    reason varchar not null,
    superseded_by varchar,
    file varchar not null
);

create table staging.withdrawn_editions (
    register varchar not null,
    edition varchar not null,
    edition_order integer not null,
    as_at date not null,
    as_at_basis varchar not null,
    published date,
    published_basis varchar not null,
    known_from date not null,
    sha256 varchar not null,
    withdrawn_on date not null,
    withdrawn_reason varchar not null,
    replaced_by varchar,
    rows_read bigint not null,
    rows_explained bigint not null,
    primary key (register, edition)
);

create table staging.issues (
    register varchar not null,
    edition varchar not null,
    sheet varchar not null,
    sheet_row bigint,
    column_name varchar not null,
    rule varchar not null,
    severity varchar not null check (severity in ('error', 'warning', 'info')),
    value varchar not null,
    words varchar not null
);

-- Texts that differ between editions, each with what is left of it when spelling is put aside: two texts with one key
-- differ in typography alone.
create table staging.spellings (text varchar not null, spelling_key varchar not null);
