-- purpose: what 038 works out, for the usual question, every edition and today, from tables
-- parameters: none
-- result columns: none (creates tables, and macros in the schema latest)
create table core.latest_answers as from as_known.answers(null, null);
create table core.answerable_columns as from as_known.answerable_columns(null, null);
create table core.answerable_clocks as from as_known.answerable_clocks(null, null);
create table core.latest_as_at as from as_known.as_at(null, null);
create table core.latest_coverage_start as from as_known.coverage_start(null, null);
create table core.latest_recipient_names as from as_known.recipient_names(null, null);
create table core.latest_register_answers as from as_known.register_answers(null, null);

-- The arguments are always null here; they are there so that a query need not know which schema it runs in.
create macro latest.requests_as(known_on, only_edition) as table from core.requests;
create macro latest.releases_as(known_on, only_edition) as table from core.releases;
create macro latest.as_at(known_on, only_edition) as table from core.latest_as_at;
create macro latest.coverage_start(known_on, only_edition) as table from core.latest_coverage_start;
create macro latest.answers(known_on, only_edition) as table from core.latest_answers;
create macro latest.answerable_columns(known_on, only_edition) as table from core.answerable_columns;
create macro latest.answerable_clocks(known_on, only_edition) as table from core.answerable_clocks;
create macro latest.recipient_names(known_on, only_edition) as table from core.latest_recipient_names;
create macro latest.register_answers(known_on, only_edition) as table from core.latest_register_answers;
