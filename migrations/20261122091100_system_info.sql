-- The installation: a single row.
create table system_info (
    id integer primary key not null check (id = 1),
    app_name text not null default 'Tomo',
    is_setup integer not null default 0 check (is_setup in (0, 1)),
    setup_completed_at text check (setup_completed_at is datetime(setup_completed_at)),
    setup_by_user_id text,
    installation_id text not null,
    license_type text default 'community',
    license_key text,
    license_expires_at text check (license_expires_at is datetime(license_expires_at)),
    created_at text not null default (datetime('now')) check (created_at is datetime(created_at)),
    updated_at text not null default (datetime('now')) check (updated_at is datetime(updated_at))
);

create index idx_system_info_is_setup on system_info (is_setup);

-- The columns are listed without updated_at, so that the trigger does not call itself.
create trigger system_info_updated_at
after update of
    app_name, is_setup, setup_completed_at, setup_by_user_id, installation_id, license_type,
    license_key, license_expires_at
on system_info
begin
    update system_info set updated_at = datetime('now') where id = new.id;
end;
