-- Figures of servers: one row for each span of time, a minute at first, merged in place as it ages.
--
-- The id is a UUIDv8 made of a hash of the server's id and then the time, and the table has no rowid:
-- the order of the primary key is the order of a chart, and a minute that is written again replaces
-- itself. Columns after `timestamp` are Tomo's own; the network and disk columns are the bytes moved
-- within the row's span, and rates are those bytes divided by observed_seconds.
create table server_metrics (
    id text primary key not null,
    server_id text not null references servers (id) on delete cascade,
    cpu_percent real not null,
    memory_percent real not null,
    memory_used_mb integer not null,
    memory_total_mb integer not null,
    disk_percent real not null,
    disk_used_gb integer not null,
    disk_total_gb integer not null,
    network_rx_bytes integer default 0,
    network_tx_bytes integer default 0,
    load_average_1m real,
    load_average_5m real,
    load_average_15m real,
    uptime_seconds integer,
    -- Start of the span.
    timestamp text not null check (timestamp is datetime(timestamp)),
    span_seconds integer not null default 60 check (span_seconds > 0),
    -- Seconds of the span that were really observed; null means all of it.
    observed_seconds real check (observed_seconds > 0),
    cpu_peak_percent real,
    memory_peak_percent real,
    memory_cached_mb integer,
    swap_used_mb integer,
    disk_read_bytes integer,
    disk_write_bytes integer,
    temperature_celsius real
) without rowid;

create index idx_server_metrics_server on server_metrics (server_id);
create index idx_server_metrics_timestamp on server_metrics (timestamp);
-- What may still have to be merged, so that ageing does not read years of finished rows.
create index idx_server_metrics_unaged on server_metrics (timestamp, span_seconds)
where span_seconds < 3600;
