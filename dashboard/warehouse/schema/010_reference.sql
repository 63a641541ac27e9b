-- purpose: what the measures look things up in: registers, answerability, recipients, the calendar
-- parameters: none
-- result columns: none (creates tables)
create schema reference;
create schema staging;
create schema core;
create schema as_known;
create schema latest;
create schema facts;
create schema asked;
create schema of_dataset;
create schema of_recipient;
create schema of_both;
create schema monthly;
create schema daily;
create schema slim;
create schema whole;
create schema typed;
create schema asked_one_group;
create schema asked_unfiltered;
create schema asked_whole;
create schema called;
create schema called_by_month;
create schema one_group;
create schema unfiltered;

create table reference.build (key varchar primary key, value varchar not null);

create table reference.registers (
    register varchar primary key,
    title varchar not null,
    short_title varchar not null,
    noun varchar not null, -- what one reference is called
    publisher varchar not null,
    about varchar not null,
    address varchar not null,
    licence varchar not null,
    contact varchar not null,
    synthetic boolean not null,
    fixture boolean not null, -- exercises the machinery: not part of a default answer
    home_rank integer not null,
    cadence varchar not null, -- as the publisher says; empty: not said
    cadence_months integer, -- null: not said, or it has ended
    -- a target that the publisher has named; none: all null
    target_days integer,
    target_unit varchar,
    target_clock varchar,
    target_source varchar
);

create table reference.answerability (
    register varchar not null,
    era varchar not null,
    field varchar not null,
    position integer not null,
    status varchar not null check (status in ('published', 'inferred', 'not_published')),
    basis varchar not null,
    coverage varchar not null,
    words varchar not null,
    assumed boolean not null,
    primary key (register, era, field)
);

-- One row a spelling; several where a reviewed row holds between certain days only. Together they cover every day.
create table reference.recipients (
    register varchar not null,
    recipient_key varchar not null, -- the spelling as names are compared
    holds_from date not null,
    holds_to date not null,
    spelling varchar not null, -- as published most often
    spelling_id varchar not null, -- what its id is or was without a review: old addresses keep working
    recipient_id varchar not null,
    recipient varchar not null,
    reviewed_type varchar,
    type_overrides boolean not null,
    parent_recipient_id varchar,
    parent_recipient varchar,
    relation varchar,
    reviewed_as varchar, -- the recipient that the reviewed row names
    reason varchar,
    reviewer varchar,
    reviewed date,
    primary key (register, recipient_key, holds_from)
);

create table reference.recipient_types (recipient_type varchar primary key, position integer not null, label varchar not null);
create table reference.outcomes (outcome varchar primary key, position integer not null, label varchar not null);

create table reference.change_kinds (kind varchar primary key, position integer not null, label varchar not null);
create table reference.fields (field varchar primary key, position integer not null, label varchar not null);

create table reference.type_notes (register varchar not null, published_key varchar not null, words varchar not null);

-- One row a day. working_day_number counts working days from the first row up to and including the day, so
-- the working days in (start, end] are a difference of two numbers.
create table reference.calendar (
    day date primary key,
    is_working_day boolean not null,
    working_day_number integer not null
);

create table reference.clocks (
    clock varchar not null,
    position integer not null,
    label varchar not null,
    field varchar not null, -- one row for each field the clock needs
    primary key (clock, field)
);

create table reference.column_needs (
    column_name varchar not null, -- a result column of `volumes`
    field varchar not null, -- any one of these fields answers it; the number open needs them all
    words varchar not null,
    primary key (column_name, field)
);

create table reference.published_figures (
    source varchar not null,
    source_address varchar not null,
    published date,
    measure varchar not null,
    category varchar not null,
    scope varchar not null,
    period_start date,
    period_end date,
    value bigint not null,
    status varchar not null,
    register varchar,
    comparable varchar, -- the column of `volumes` that counts the same; null: nothing of ours has this scope
    explanation varchar not null,
    figure varchar, -- its name, where another refers to it
    unit varchar, -- what the value counts
    body varchar, -- whose, where it is of a body that is no applicant
    superseded_by varchar, -- the figure that corrects it
    position integer not null,
    file varchar not null, -- its place: the file, from the data folder, and the record, the header being 1
    file_row integer not null
);

-- Changes of procedure: limits of a control chart may begin anew at one.
create table reference.regimes (
    register varchar not null,
    date date not null,
    label varchar not null,
    source varchar not null,
    source_address varchar,
    note varchar not null
);

create table reference.commitments (
    position integer not null,
    ref varchar primary key,
    kind varchar not null,
    text varchar not null,
    "by" varchar not null,
    due varchar not null, -- as said
    due_date date, -- the last day that can be read from it
    progress varchar,
    progress_on date, -- when it was public
    next varchar,
    status varchar not null,
    evidence varchar,
    evidence_address varchar,
    made date not null,
    source varchar not null,
    source_address varchar,
    registers varchar not null, -- ids parted by spaces
    file varchar not null,
    file_row integer not null
);
