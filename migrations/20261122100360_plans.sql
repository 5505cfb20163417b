-- What assistants want to do, and a person has to approve first. A plan says exactly what would run;
-- nothing of it can be changed after it was asked for but where it stands.
create table plans (
    id text primary key not null,
    -- The command of the table, and its arguments as they will be sent.
    command text not null,
    arguments text not null check (json_valid(arguments)),
    summary text not null,
    -- The least role that may call the command, and so decide about it.
    needs_role text not null check (needs_role in ('admin', 'user', 'readonly')),
    user_id text not null references users (id) on delete cascade,
    client text not null,
    asked_at text not null check (asked_at is datetime(asked_at)),
    expires_at text not null check (expires_at is datetime(expires_at)),
    state text not null default 'waiting'
        check (state in ('waiting', 'approved', 'refused', 'done', 'failed')),
    decided_by text references users (id) on delete set null,
    decided_at text check (decided_at is datetime(decided_at)),
    -- Set by whoever runs it, before it runs: the second one finds it set.
    started_at text check (started_at is datetime(started_at)),
    -- Counts what happened to the row, so that other processes see that something did.
    revision integer not null default 1
);

create index idx_plans_asked_at on plans (asked_at);

create trigger plans_stay_as_asked
before update of id, command, arguments, summary, needs_role, user_id, client, asked_at on plans
begin
    select raise(abort, 'a plan is not changed after it was asked for');
end;
