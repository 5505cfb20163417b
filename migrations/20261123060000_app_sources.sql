-- Sources of apps besides the one that Tomo brings along, and their apps as they were last read.
create table app_sources (
    id text primary key not null,
    name text not null,
    kind text not null check (kind in ('built_in', 'path', 'address', 'repository')),
    location text,
    is_enabled integer not null default 1 check (is_enabled in (0, 1)),
    -- By what the same state is known again: a commit, an ETag, a hash of all files.
    mark text,
    synced_at text check (synced_at is datetime(synced_at)),
    error text,
    licence text,
    attribution text,
    left_out text not null default '[]' check (json_valid(left_out)),
    created_at text not null default current_timestamp check (created_at is datetime(created_at)),
    check ((kind = 'built_in') = (location is null))
);

insert into app_sources (id, name, kind) values ('tomo', 'Tomo''s own', 'built_in');

create table catalog_apps (
    source_id text not null references app_sources (id) on delete cascade,
    app_id text not null,
    -- SHA-256 of what was read, in hex: an app that stays the same is not written again.
    hash text not null,
    manifest text not null check (json_valid(manifest)),
    notes text not null default '[]' check (json_valid(notes)),
    primary key (source_id, app_id)
) without rowid;

-- One more kind of thing to notice; a check cannot be changed in place, and the marks are random anyway.
drop table changes;

create table changes (
    topic text primary key not null
        check (topic in ('users', 'sessions', 'backups', 'retention', 'apps')),
    mark integer not null default 0
) without rowid;

insert into changes (topic, mark)
values ('users', random()), ('sessions', random()), ('backups', random()),
    ('retention', random()), ('apps', random());

create trigger note_app_sources_insert after insert on app_sources begin
    update changes set mark = random() where topic = 'apps';
end;

create trigger note_app_sources_update after update on app_sources begin
    update changes set mark = random() where topic = 'apps';
end;

create trigger note_app_sources_delete after delete on app_sources begin
    update changes set mark = random() where topic = 'apps';
end;
