-- Several processes may see the same event of a container engine, and only one of them enters it: the
-- entry is looked for by the event among its details, under the write lock. Few entries have one, and
-- details that are no JSON have none.
create index idx_activity_logs_event
    on activity_logs (case when json_valid(details) then json_extract(details, '$.event') end)
    where case when json_valid(details) then json_extract(details, '$.event') end is not null;
