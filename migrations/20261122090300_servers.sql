-- Servers and what opens them. Only this computer has no port (0): it is read without SSH, and so it
-- never takes the place of an SSH server at localhost:22 in the unique constraint.
create table servers (
    id text primary key not null,
    name text not null,
    host text not null,
    port integer not null default 22
        check (port between 1 and 65535 or (port = 0 and auth_type = 'local')),
    username text not null,
    auth_type text not null check (auth_type in ('password', 'key', 'agent', 'local')),
    status text not null default 'disconnected',
    created_at text not null check (created_at is datetime(created_at)),
    last_connected text check (last_connected is datetime(last_connected)),
    system_info text check (json_valid(system_info)),
    docker_installed integer not null default 0 check (docker_installed in (0, 1)),
    system_info_updated_at text check (system_info_updated_at is datetime(system_info_updated_at)),
    -- 0 after 'Disconnect': the server is left alone until somebody connects it again.
    enabled integer not null default 1 check (enabled in (0, 1)),
    unique (host, port, username)
);

create index idx_servers_status on servers (status);
create index idx_servers_host on servers (host);
create index idx_servers_docker on servers (docker_installed);

-- Credentials apart from the servers, so that no list of servers ever carries a secret.
create table server_credentials (
    server_id text primary key not null references servers (id) on delete cascade,
    encrypted_data text not null,
    created_at text not null check (created_at is datetime(created_at)),
    updated_at text not null check (updated_at is datetime(updated_at))
);
