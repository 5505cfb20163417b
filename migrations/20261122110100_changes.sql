-- What was changed last, by the kind of thing: every process on the file compares these few marks
-- instead of reading the things. A mark is random, so that a restored backup never brings back the
-- one that another process has seen.
create table changes (
    topic text primary key not null check (topic in ('users', 'sessions', 'backups', 'retention')),
    mark integer not null default 0
) without rowid;

insert into changes (topic) values ('users'), ('sessions'), ('backups'), ('retention');

create trigger note_users_insert after insert on users begin
    update changes set mark = random() where topic = 'users';
end;

create trigger note_users_update after update on users begin
    update changes set mark = random() where topic = 'users';
end;

create trigger note_users_delete after delete on users begin
    update changes set mark = random() where topic = 'users';
end;

create trigger note_sessions_insert after insert on sessions begin
    update changes set mark = random() where topic = 'sessions';
end;

create trigger note_sessions_update after update on sessions begin
    update changes set mark = random() where topic = 'sessions';
end;

create trigger note_sessions_delete after delete on sessions begin
    update changes set mark = random() where topic = 'sessions';
end;

create trigger note_account_locks_insert after insert on account_locks begin
    update changes set mark = random() where topic = 'sessions';
end;

create trigger note_account_locks_update after update on account_locks begin
    update changes set mark = random() where topic = 'sessions';
end;

create trigger note_account_locks_delete after delete on account_locks begin
    update changes set mark = random() where topic = 'sessions';
end;

create trigger note_backups_insert after insert on backups begin
    update changes set mark = random() where topic = 'backups';
end;

create trigger note_backups_update after update on backups begin
    update changes set mark = random() where topic = 'backups';
end;

create trigger note_backups_delete after delete on backups begin
    update changes set mark = random() where topic = 'backups';
end;

create trigger note_retention_runs_insert after insert on retention_runs begin
    update changes set mark = random() where topic = 'retention';
end;

create trigger note_retention_runs_update after update on retention_runs begin
    update changes set mark = random() where topic = 'retention';
end;

create trigger note_retention_runs_delete after delete on retention_runs begin
    update changes set mark = random() where topic = 'retention';
end;
