-- Sign-ins. The id is a hash of the session's secret, so that reading this table signs nobody in.
create table sessions (
    id text primary key not null,
    user_id text not null references users (id) on delete cascade,
    ip_address text,
    user_agent text,
    created_at text not null default (datetime('now')) check (created_at is datetime(created_at)),
    expires_at text not null check (expires_at is datetime(expires_at)),
    last_activity text not null default (datetime('now'))
        check (last_activity is datetime(last_activity)),
    status text not null default 'active'
        check (status in ('active', 'idle', 'expired', 'terminated')),
    terminated_at text check (terminated_at is datetime(terminated_at)),
    terminated_by text
);

create index idx_sessions_user_id on sessions (user_id);
create index idx_sessions_status on sessions (status);
create index idx_sessions_expires_at on sessions (expires_at);
create index idx_sessions_last_activity on sessions (last_activity);
