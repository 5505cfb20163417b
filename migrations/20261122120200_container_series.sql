-- What a container's history is kept under: the compose service where it has one, else its name, so
-- that a container which is made anew goes on with the old one's chart. The id is a UUIDv8 made of a
-- hash of server and series, then the time.
--
-- The memory columns hold fractions of a mebibyte: many containers use less than a few.
alter table container_metrics add column series text not null default '';
