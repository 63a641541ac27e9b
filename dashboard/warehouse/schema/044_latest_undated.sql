-- purpose: what 043 works out, for the usual question, from tables: few rows, and dear to find among many requests
-- parameters: none
-- result columns: none (creates tables, and macros in the current schema, which is latest)
create table core.latest_ended_between as from ended_between(null, null);
create or replace macro ended_between(known_on, only_edition) as table from core.latest_ended_between;
create table core.latest_bounded_clocks as from bounded_clocks(null, null);
create or replace macro bounded_clocks(known_on, only_edition) as table from core.latest_bounded_clocks;
create table core.latest_undated_spells as from undated_spells(null, null);
create or replace macro undated_spells(known_on, only_edition) as table from core.latest_undated_spells;
