-- Since when the password is asked for before a session is used again. It stands in the row, so that
-- the lock outlives the process: a session that was kept comes back locked.
alter table sessions add column locked_at text check (locked_at is datetime(locked_at));
