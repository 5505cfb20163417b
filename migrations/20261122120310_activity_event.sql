-- Several processes may see the same event of a container engine, and only one of them enters it: the
-- entry is looked for by the event among its details, under the write lock. Few entries have one.
create index idx_activity_logs_event on activity_logs (json_extract(details, '$.event'))
    where json_extract(details, '$.event') is not null;
