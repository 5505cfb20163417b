-- Which version of each component last ran on this database.
create table component_versions (
    component text primary key not null,
    version text not null default '1.0.0',
    updated_at text not null default (datetime('now')) check (updated_at is datetime(updated_at)),
    created_at text not null default (datetime('now')) check (created_at is datetime(created_at))
);

create trigger component_versions_updated_at
after update of version on component_versions
when new.version is not old.version
begin
    update component_versions set updated_at = datetime('now') where component = new.component;
end;
