-- purpose: every published spelling of every recipient, with what a review says of it
-- parameters: none
-- result columns: none (creates macros and a view)

-- One row a spelling, exactly as published, and recipient: the raw text stays in sight, whatever it is counted under.
create macro core.recipient_names(known_on, only_edition) as table
select
    e.register,
    m.recipient_id,
    any_value(m.recipient) as recipient,
    e.recipient as published_name,
    any_value(
        case
            when m.relation is not null then m.relation
            when e.recipient = m.recipient then 'own_name'
            else 'typographic'
        end
    ) as relation,
    count(*) as entries,
    arg_min(e.edition, e.edition_order) as first_edition,
    arg_max(e.edition, e.edition_order) as last_edition,
    any_value(m.reason) as reason,
    any_value(m.reviewer) as reviewer,
    any_value(m.reviewed) as reviewed,
    any_value(m.reviewed_as) as reviewed_as,
    string_agg(distinct m.parent_recipient, '; ' order by m.parent_recipient) as parent_recipient,
    min(e.recipient_day) as first_day,
    max(e.recipient_day) as last_day
from staging.dated_entries as e
inner join core.editions_read(known_on, only_edition) as n on e.register = n.register and e.edition = n.edition
inner join reference.recipients as m
    on e.register = m.register and e.recipient_key = m.recipient_key
        and e.recipient_day between m.holds_from and m.holds_to
group by e.register, m.recipient_id, e.recipient, m.relation, m.reviewed_as, m.reason;

-- What stands beside a recipient: its name, the organisation it is part of, and its former names as published.
create table core.recipient_facts as
select
    register,
    recipient_id,
    min(recipient) as recipient,
    string_agg(distinct parent_recipient, '; ' order by parent_recipient) as parent_recipient,
    string_agg(distinct spelling, '; ' order by spelling) filter (where relation = 'renamed') as former_names
from reference.recipients
group by register, recipient_id;

-- What a person can call a recipient: the id or the name of it or of one of its spellings.
create table core.recipient_calls as
select distinct register, recipient_id, unnest([recipient_id, spelling_id, spelling, recipient]) as called
from reference.recipients;

create macro core.recipients_called(wanted) as table
select register, recipient_id from core.recipient_calls where called = wanted;

create macro core.recipient_wanted(wanted, register, recipient_id) as
wanted is null or (register, recipient_id) in (select (c.register, c.recipient_id) from core.recipients_called(wanted) as c);
