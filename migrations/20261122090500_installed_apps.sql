-- Applications deployed to servers.
create table installed_apps (
    id text primary key not null,
    server_id text not null references servers (id) on delete cascade,
    app_id text not null,
    container_id text,
    container_name text,
    status text not null default 'pending',
    config text check (json_valid(config)),
    installed_at text check (installed_at is datetime(installed_at)),
    started_at text check (started_at is datetime(started_at)),
    error_message text,
    step_durations text check (json_valid(step_durations)),
    step_started_at text check (step_started_at is datetime(step_started_at)),
    networks text check (json_valid(networks)),
    named_volumes text check (json_valid(named_volumes)),
    bind_mounts text check (json_valid(bind_mounts)),
    unique (server_id, app_id)
);

create index idx_installed_apps_server on installed_apps (server_id);
create index idx_installed_apps_status on installed_apps (status);
