-- Settings of the whole installation. The rows are written from the registry in the program, which is
-- the only source of what can be set.
--
-- A key is made only of letters, digits, dots and underscores. GLOB stops at a NUL character, so that
-- one is looked for by itself.
create table system_settings (
    id integer primary key autoincrement not null,
    setting_key text not null unique check (
        setting_key <> ''
        and setting_key not glob '*[^a-zA-Z0-9._]*'
        and instr(setting_key, char(0)) = 0
    ),
    setting_value text not null check (json_valid(setting_value)),
    default_value text not null check (json_valid(default_value)),
    category text not null check (category in ('ui', 'security', 'system', 'retention')),
    scope text not null default 'system' check (scope in ('system', 'user_overridable')),
    data_type text not null
        check (data_type in ('string', 'number', 'boolean', 'object', 'array')),
    is_admin_only boolean not null default 1 check (is_admin_only in (0, 1)),
    description text,
    validation_rules text check (json_valid(validation_rules)),
    created_at text not null default (datetime('now')) check (created_at is datetime(created_at)),
    updated_at text not null default (datetime('now')) check (updated_at is datetime(updated_at)),
    updated_by text,
    version integer not null default 1
);

create index idx_system_settings_key on system_settings (setting_key);
create index idx_system_settings_category on system_settings (category);
create index idx_system_settings_scope on system_settings (scope);
create index idx_system_settings_admin_only on system_settings (is_admin_only);
create index idx_system_settings_updated_at on system_settings (updated_at);

-- What single users have set for themselves.
create table user_settings (
    id integer primary key autoincrement not null,
    user_id text not null references users (id) on delete cascade,
    setting_key text not null check (
        setting_key <> ''
        and setting_key not glob '*[^a-zA-Z0-9._]*'
        and instr(setting_key, char(0)) = 0
    ),
    setting_value text not null check (json_valid(setting_value)),
    category text not null check (category in ('ui', 'security', 'system', 'retention')),
    is_override boolean not null default 1 check (is_override in (0, 1)),
    created_at text not null default (datetime('now')) check (created_at is datetime(created_at)),
    updated_at text not null default (datetime('now')) check (updated_at is datetime(updated_at)),
    version integer not null default 1,
    unique (user_id, setting_key)
);

create index idx_user_settings_user_id on user_settings (user_id);
create index idx_user_settings_key on user_settings (setting_key);
create index idx_user_settings_category on user_settings (category);
create index idx_user_settings_updated_at on user_settings (updated_at);

-- What is in force: one row for every user and setting, whether the user has an override or not. The
-- join carries the user's id, so an override reaches nobody else, and the scope, so a setting that is
-- not overridable ignores one.
create view v_user_effective_settings as
select
    users.id as user_id,
    system.setting_key as setting_key,
    coalesce(own.setting_value, system.setting_value) as effective_value,
    system.category as category,
    system.data_type as data_type,
    system.is_admin_only as is_admin_only,
    system.description as description,
    own.id is not null as is_user_override,
    coalesce(own.updated_at, system.updated_at) as last_updated
from users
cross join system_settings as system
left join user_settings as own
    on own.user_id = users.id
    and own.setting_key = system.setting_key
    and own.is_override = 1
    and system.scope = 'user_overridable';
