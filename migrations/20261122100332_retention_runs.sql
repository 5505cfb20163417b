-- What retention did. A run that has begun and not finished was cut off, unless its process still
-- holds retention.lock.
create table retention_runs (
    id integer primary key not null,
    started_at text not null check (started_at is datetime(started_at)),
    finished_at text check (finished_at is datetime(finished_at)),
    -- By name; null when it was due.
    asked_by text,
    -- [{"table": "server_metrics", "rows": 12}, …]
    tables text not null default '[]' check (json_valid(tables)),
    returned_bytes integer not null default 0 check (returned_bytes >= 0),
    error text
);
