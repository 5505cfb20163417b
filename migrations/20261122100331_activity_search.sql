-- The words of the activity log. It holds no text of its own: what is found is a position in the
-- feed, so that a search comes in the order of the feed without being sorted.
--
-- `marks` has a word for each thing that the feed is filtered by, so that a filtered search is one
-- look into this index. They are in hex, which no tokenizer takes apart; 'unobody' is no user's.
create virtual table activity_search using fts5(
    message, details, marks,
    content = '', contentless_delete = 1, prefix = '1 2 3 4 5 6',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co So'"
);

create view activity_search_text as
select
    id,
    position,
    message,
    -- The values of the details, not their names.
    (select group_concat(atom, ' ') from json_tree(details) where atom is not null) as details,
    'k' || hex(activity_type)
        || iif(user_id is null, ' unobody', ' u' || hex(user_id))
        || iif(server_id is null, '', ' s' || hex(server_id))
        || iif(app_id is null, '', ' a' || hex(app_id)) as marks
from activity_logs;

insert into activity_search (rowid, message, details, marks)
select position, message, details, marks from activity_search_text order by position;

-- An entry takes its place when it is written, whoever writes it. Nothing changes it afterwards.
create trigger activity_logs_placed after insert on activity_logs
begin
    update activity_logs
    set position = coalesce(
        (
            select max(position) from activity_logs
            where position between unixepoch(new.timestamp) * 16777216
                and unixepoch(new.timestamp) * 16777216 + 16777215
        ),
        unixepoch(new.timestamp) * 16777216 - 1
    ) + 1
    where id = new.id;

    insert into activity_search (rowid, message, details, marks)
    select position, message, details, marks from activity_search_text where id = new.id;
end;

create trigger activity_logs_dropped after delete on activity_logs
begin
    delete from activity_search where rowid = old.position;
end;
