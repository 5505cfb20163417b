-- Who changes settings in the present transaction, why, and through which door. A transaction writes
-- the one row before it changes anything and removes it again before it ends; the audit trail takes
-- it over into each of its rows, also where a cascade removes the settings of somebody else.
--
-- The row cannot outlive its transaction: `gone` refers to a `never` that no row has, which SQLite
-- lets pass until the commit. What another program leaves here is replaced before it is read.
create table settings_change_context (
    id integer primary key not null check (id = 1),
    user_id text,
    reason text check (length(reason) <= 500),
    door text check (length(door) <= 100),
    never integer unique check (never is null),
    gone integer not null default 1 check (gone = 1)
        references settings_change_context (never) deferrable initially deferred
);

drop trigger system_settings_audit_insert;
drop trigger system_settings_audit_update;
drop trigger system_settings_audit_delete;
drop trigger user_settings_audit_insert;
drop trigger user_settings_audit_update;
drop trigger user_settings_audit_delete;
drop trigger settings_change_append;
drop view settings_change;

-- One change of a setting. The triggers below insert into this view, and its own trigger appends the
-- row to the chain, with the name of whoever made the change: without a name there is no change.
create view settings_change as
select table_name, record_id, setting_key, old_value, new_value, change_type
from settings_audit;

create trigger settings_change_append instead of insert on settings_change
begin
    select raise(abort, 'settings: nobody is named who makes the change')
    where not exists (select 1 from settings_change_context);
    insert into settings_audit (
        id, table_name, record_id, user_id, setting_key, old_value, new_value, change_type,
        change_reason, user_agent, created_at, checksum
    )
    select
        head.last_id + 1, new.table_name, new.record_id, context.user_id, new.setting_key,
        new.old_value, new.new_value, new.change_type, context.reason, context.door,
        datetime('now'),
        tomo_audit_checksum(
            'row', head.checksum, head.last_id + 1, new.table_name, new.record_id,
            context.user_id, new.setting_key, new.old_value, new.new_value, new.change_type,
            context.reason, null, context.door, datetime('now')
        )
    from settings_audit_head as head, settings_change_context as context;
end;

create trigger system_settings_audit_insert after insert on system_settings
begin
    insert into settings_change values (
        'system_settings', new.id, new.setting_key, null, new.setting_value, 'CREATE'
    );
end;

create trigger system_settings_audit_update after update on system_settings
begin
    insert into settings_change values (
        'system_settings', new.id, new.setting_key, old.setting_value, new.setting_value, 'UPDATE'
    );
end;

create trigger system_settings_audit_delete after delete on system_settings
begin
    insert into settings_change values (
        'system_settings', old.id, old.setting_key, old.setting_value, 'null', 'DELETE'
    );
end;

create trigger user_settings_audit_insert after insert on user_settings
begin
    insert into settings_change values (
        'user_settings', new.id, new.setting_key, null, new.setting_value, 'CREATE'
    );
end;

create trigger user_settings_audit_update after update on user_settings
begin
    insert into settings_change values (
        'user_settings', new.id, new.setting_key, old.setting_value, new.setting_value, 'UPDATE'
    );
end;

create trigger user_settings_audit_delete after delete on user_settings
begin
    insert into settings_change values (
        'user_settings', old.id, old.setting_key, old.setting_value, 'null', 'DELETE'
    );
end;
