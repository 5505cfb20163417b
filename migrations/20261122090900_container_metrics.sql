-- Figures of containers, kept as server_metrics keeps those of servers: the id is a UUIDv8 made of a
-- hash of server and container, then the time.
create table container_metrics (
    id text primary key not null,
    server_id text not null references servers (id) on delete cascade,
    container_id text not null,
    container_name text not null,
    cpu_percent real not null,
    memory_usage_mb integer not null,
    memory_limit_mb integer not null,
    network_rx_bytes integer default 0,
    network_tx_bytes integer default 0,
    status text not null,
    timestamp text not null check (timestamp is datetime(timestamp)),
    span_seconds integer not null default 60 check (span_seconds > 0),
    observed_seconds real check (observed_seconds > 0),
    cpu_peak_percent real,
    memory_peak_mb integer
) without rowid;

create index idx_container_metrics_server on container_metrics (server_id);
create index idx_container_metrics_timestamp on container_metrics (timestamp);
create index idx_container_metrics_unaged on container_metrics (timestamp, span_seconds)
where span_seconds < 3600;
