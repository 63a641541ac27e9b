-- purpose: the words for the groups of a grouping that have words of their own
-- parameters: $by (null: the whole)
-- result columns: register, group, label
-- A recipient is called by its name in its register; the words for anything else are those of every register.
select null as register, group_id as "group", label from core.group_labels where by_name = coalesce($by, 'all')
union all
select register, recipient_id, recipient from core.recipient_facts where $by = 'recipient'
