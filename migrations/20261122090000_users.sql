-- People who may sign in.
--
-- Every timestamp in this database is UTC text exactly as datetime('now') prints it. Queries compare
-- such columns as text, and a 'T' between date and time would sort after the space, so that an expired
-- row would look alive: hence the check `x is datetime(x)` on every timestamp of every table.
create table users (
    id text primary key not null,
    username text not null unique,
    email text default '',
    password_hash text not null,
    role text not null default 'user' check (role in ('admin', 'user', 'readonly')),
    created_at text not null default (datetime('now')) check (created_at is datetime(created_at)),
    last_login text check (last_login is datetime(last_login)),
    password_changed_at text default (datetime('now'))
        check (password_changed_at is datetime(password_changed_at)),
    is_active integer not null default 1 check (is_active in (0, 1)),
    preferences_json text default '{}' check (json_valid(preferences_json)),
    avatar text default null
);

create index idx_users_username on users (username);
create index idx_users_email on users (email);
create index idx_users_role on users (role);
create index idx_users_active on users (is_active);
create index idx_users_created_at on users (created_at);
