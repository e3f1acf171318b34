-- name: ping
-- Whether PostgreSQL answers.
SELECT 1;

-- name: database_time
-- What the clock of the database shows.
SELECT clock_timestamp();

-- name: horizon_age
-- How many seconds ago the oldest of the transactions began that hold pg_snapshot_xmin back: those that have written,
-- in any database of the server. A snapshot alone (backend_xmin) holds back vacuum, but no reader.
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(began)), 0)::double precision
FROM (
    SELECT xact_start AS began FROM pg_stat_activity WHERE backend_xid IS NOT NULL
    UNION ALL
    SELECT prepared FROM pg_prepared_xacts
) AS open;
