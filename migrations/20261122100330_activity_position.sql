-- The place of an entry in the feed: its time, then its turn within that second. The feed is this
-- index read backwards, and any filter is answered from the index alone.
alter table activity_logs add column position integer;

update activity_logs set position = placed.position
from (
    select
        id,
        unixepoch(timestamp) * 16777216
            + row_number() over (partition by timestamp order by id) - 1 as position
    from activity_logs
) as placed
where placed.id = activity_logs.id;

create index idx_activity_logs_feed
on activity_logs (position, activity_type, user_id, server_id, app_id);
-- What was last said of a server's connection.
create index idx_activity_logs_server on activity_logs (server_id, position);
