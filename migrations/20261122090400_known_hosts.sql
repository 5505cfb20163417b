-- Host keys that somebody has decided to trust: one for each host and port.
create table known_hosts (
    host text not null,
    port integer not null check (port between 1 and 65535),
    algorithm text not null,
    fingerprint text not null,
    public_key text not null,
    trusted_by text references users (id) on delete set null,
    trusted_at text not null default (datetime('now')) check (trusted_at is datetime(trusted_at)),
    last_seen_at text check (last_seen_at is datetime(last_seen_at)),
    primary key (host, port)
);
