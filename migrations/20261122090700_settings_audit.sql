-- The audit trail of settings: a chain in which each row's checksum is an HMAC-SHA-256, keyed from the
-- master key, over every column of the row and the checksum before it. tomo_audit_checksum() is a
-- function that Tomo registers on its connections; a program without it can neither change a setting
-- nor forge a row.
create table settings_audit (
    id integer primary key autoincrement not null,
    table_name text not null check (table_name in ('system_settings', 'user_settings')),
    record_id integer not null,
    user_id text,
    setting_key text not null,
    old_value text check (json_valid(old_value)),
    new_value text not null check (json_valid(new_value)),
    change_type text not null check (change_type in ('CREATE', 'UPDATE', 'DELETE')),
    change_reason text check (length(change_reason) <= 500),
    client_ip text,
    user_agent text,
    created_at text not null default (datetime('now')) check (created_at is datetime(created_at)),
    checksum text not null check (length(checksum) = 64 and checksum not glob '*[^0-9a-f]*')
);

create index idx_settings_audit_table_record on settings_audit (table_name, record_id);
create index idx_settings_audit_user_id on settings_audit (user_id);
create index idx_settings_audit_setting_key on settings_audit (setting_key);
create index idx_settings_audit_change_type on settings_audit (change_type);
create index idx_settings_audit_created_at on settings_audit (created_at);
create index idx_settings_audit_checksum on settings_audit (checksum);

-- Where the kept part of the chain begins: the last row that retention has dropped, with a seal that
-- only Tomo can make, so that nobody can pass off a shortened chain as a retained one.
create table settings_audit_anchor (
    id integer primary key not null check (id = 1),
    last_id integer not null,
    checksum text not null,
    anchored_at text not null default (datetime('now')) check (anchored_at is datetime(anchored_at)),
    seal text not null
);

-- Where the chain ends. sqlite_sequence remembers a row that was cut off the end, and so the next id
-- leaves a gap for verification to find; within one statement, though, it lags behind max(id).
create view settings_audit_head as
select
    max(
        coalesce((select max(id) from settings_audit), 0),
        coalesce((select seq from sqlite_sequence where name = 'settings_audit'), 0)
    ) as last_id,
    coalesce(
        (select checksum from settings_audit order by id desc limit 1),
        (select checksum from settings_audit_anchor),
        ''
    ) as checksum;

create trigger settings_audit_guard_insert before insert on settings_audit
begin
    select raise(abort, 'settings_audit: ids follow each other without a gap')
    where new.id is not (select last_id + 1 from settings_audit_head);
    select raise(abort, 'settings_audit: the checksum is not right')
    where new.checksum is not (
        select tomo_audit_checksum(
            'row', head.checksum, new.id, new.table_name, new.record_id, new.user_id,
            new.setting_key, new.old_value, new.new_value, new.change_type, new.change_reason,
            new.client_ip, new.user_agent, new.created_at
        )
        from settings_audit_head as head
    );
end;

create trigger settings_audit_guard_update before update on settings_audit
begin
    select raise(abort, 'settings_audit: rows are never changed');
end;

create trigger settings_audit_guard_delete before delete on settings_audit
when old.id > coalesce((select last_id from settings_audit_anchor), 0)
begin
    select raise(abort, 'settings_audit: only rows up to the anchor can be deleted');
end;

create trigger settings_audit_anchor_guard_insert before insert on settings_audit_anchor
begin
    select raise(abort, 'settings_audit_anchor: there is one anchor, and it only moves forward')
    where exists (select 1 from settings_audit_anchor);
    select raise(abort, 'settings_audit_anchor: no such row of settings_audit')
    where not exists (
        select 1 from settings_audit where id = new.last_id and checksum = new.checksum
    );
    select raise(abort, 'settings_audit_anchor: the seal is not right')
    where new.seal is not tomo_audit_checksum(
        'anchor', new.last_id, new.checksum, new.anchored_at
    );
end;

create trigger settings_audit_anchor_guard_update before update on settings_audit_anchor
begin
    select raise(abort, 'settings_audit_anchor: there is one anchor, and it only moves forward')
    where new.id is not old.id or new.last_id <= old.last_id;
    select raise(abort, 'settings_audit_anchor: no such row of settings_audit')
    where not exists (
        select 1 from settings_audit where id = new.last_id and checksum = new.checksum
    );
    select raise(abort, 'settings_audit_anchor: the seal is not right')
    where new.seal is not tomo_audit_checksum(
        'anchor', new.last_id, new.checksum, new.anchored_at
    );
end;

create trigger settings_audit_anchor_guard_delete before delete on settings_audit_anchor
begin
    select raise(abort, 'settings_audit_anchor: the anchor is never removed');
end;

-- One change of a setting. The triggers below insert into this view, and its own trigger appends the
-- row to the chain: one place that knows the columns under the checksum.
create view settings_change as
select table_name, record_id, user_id, setting_key, old_value, new_value, change_type
from settings_audit;

create trigger settings_change_append instead of insert on settings_change
begin
    insert into settings_audit (
        id, table_name, record_id, user_id, setting_key, old_value, new_value, change_type,
        created_at, checksum
    )
    select
        head.last_id + 1, new.table_name, new.record_id, new.user_id, new.setting_key,
        new.old_value, new.new_value, new.change_type, datetime('now'),
        tomo_audit_checksum(
            'row', head.checksum, head.last_id + 1, new.table_name, new.record_id, new.user_id,
            new.setting_key, new.old_value, new.new_value, new.change_type, null, null, null,
            datetime('now')
        )
    from settings_audit_head as head;
end;

create trigger system_settings_audit_insert after insert on system_settings
begin
    insert into settings_change values (
        'system_settings', new.id, new.updated_by, new.setting_key,
        null, new.setting_value, 'CREATE'
    );
end;

create trigger system_settings_audit_update after update on system_settings
begin
    insert into settings_change values (
        'system_settings', new.id, new.updated_by, new.setting_key,
        old.setting_value, new.setting_value, 'UPDATE'
    );
end;

create trigger system_settings_audit_delete after delete on system_settings
begin
    insert into settings_change values (
        'system_settings', old.id, old.updated_by, old.setting_key,
        old.setting_value, 'null', 'DELETE'
    );
end;

create trigger user_settings_audit_insert after insert on user_settings
begin
    insert into settings_change values (
        'user_settings', new.id, new.user_id, new.setting_key,
        null, new.setting_value, 'CREATE'
    );
end;

create trigger user_settings_audit_update after update on user_settings
begin
    insert into settings_change values (
        'user_settings', new.id, new.user_id, new.setting_key,
        old.setting_value, new.setting_value, 'UPDATE'
    );
end;

create trigger user_settings_audit_delete after delete on user_settings
begin
    insert into settings_change values (
        'user_settings', old.id, old.user_id, old.setting_key,
        old.setting_value, 'null', 'DELETE'
    );
end;
