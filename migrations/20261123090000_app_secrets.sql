-- Secrets of installed apps, sealed with the master key: one JSON object of names and values for each app.
create table app_secrets (
    installed_app_id text primary key not null references installed_apps (id) on delete cascade,
    encrypted_data text not null,
    updated_at text not null default current_timestamp check (updated_at is datetime(updated_at))
) without rowid;

-- What another process does to an app is noticed.
create trigger note_installed_apps_insert after insert on installed_apps begin
    update changes set mark = random() where topic = 'apps';
end;

create trigger note_installed_apps_update after update on installed_apps begin
    update changes set mark = random() where topic = 'apps';
end;

create trigger note_installed_apps_delete after delete on installed_apps begin
    update changes set mark = random() where topic = 'apps';
end;
