-- What was done, by whom, to what. No foreign keys: an entry outlives the user and the server.
create table activity_logs (
    id text primary key not null,
    activity_type text not null,
    user_id text,
    server_id text,
    app_id text,
    message text not null,
    details text check (json_valid(details)),
    timestamp text not null check (timestamp is datetime(timestamp))
);

create index idx_activity_logs_type on activity_logs (activity_type);
create index idx_activity_logs_timestamp on activity_logs (timestamp);
create index idx_activity_logs_user on activity_logs (user_id);
