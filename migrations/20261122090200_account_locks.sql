-- Failed sign-ins, counted by user name and by address.
create table account_locks (
    id text primary key not null,
    identifier text not null,
    identifier_type text not null check (identifier_type in ('username', 'ip')),
    attempt_count integer not null default 1,
    first_attempt_at text not null default (datetime('now'))
        check (first_attempt_at is datetime(first_attempt_at)),
    last_attempt_at text not null default (datetime('now'))
        check (last_attempt_at is datetime(last_attempt_at)),
    locked_at text check (locked_at is datetime(locked_at)),
    lock_expires_at text check (lock_expires_at is datetime(lock_expires_at)),
    ip_address text,
    user_agent text,
    reason text default 'too_many_attempts',
    unlocked_at text check (unlocked_at is datetime(unlocked_at)),
    unlocked_by text,
    notes text,
    unique (identifier, identifier_type)
);

create index idx_account_locks_identifier on account_locks (identifier);
create index idx_account_locks_identifier_type on account_locks (identifier_type);
create index idx_account_locks_locked_at on account_locks (locked_at);
create index idx_account_locks_lock_expires_at on account_locks (lock_expires_at);
create index idx_account_locks_ip_address on account_locks (ip_address);
