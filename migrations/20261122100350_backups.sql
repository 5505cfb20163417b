-- Backups that this installation has made, and those that it could not make. The files are the
-- backups; these rows only remember where each went, so that the list can say when one has vanished
-- and rotation never removes a file that Tomo has not written.
create table backups (
    id text primary key not null,
    -- Full path of the file; of one that could not be made, where it would have gone.
    path text not null,
    made_at text not null default (datetime('now')) check (made_at is datetime(made_at)),
    -- What was written, in bytes; null when nothing was.
    bytes integer check (bytes > 0),
    -- SHA-256 of the file's first bytes, which are random: it names this file among all others.
    mark text check (length(mark) = 64 and mark not glob '*[^0-9a-f]*'),
    -- What it holds, as JSON.
    contents text check (json_valid(contents)),
    -- When it was read back whole.
    read_back_at text check (read_back_at is datetime(read_back_at)),
    -- Why it was not made.
    error text,
    is_automatic integer not null default 0 check (is_automatic in (0, 1)),
    made_by text references users (id) on delete set null,
    note text check (length(note) <= 200),
    -- A backup that was made has everything, one that was not has a reason.
    check ((error is null) = (bytes is not null and mark is not null and contents is not null))
);

create index idx_backups_made_at on backups (made_at);
create index idx_backups_made_by on backups (made_by);
