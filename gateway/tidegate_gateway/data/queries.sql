-- name: insert_data
-- Stores a batch of data; all of it or nothing.
INSERT INTO datum (id, endpoint, method, token, source, status, input, output)
SELECT id, endpoint, method, token, source::inet, status, input, output
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::jsonb[], $8::jsonb[])
    AS one (id, endpoint, method, token, source, status, input, output);

-- name: insert_data_again
-- Stores a batch of which an earlier attempt may have been committed after all: its connection broke.
INSERT INTO datum (id, endpoint, method, token, source, status, input, output)
SELECT id, endpoint, method, token, source::inet, status, input, output
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::jsonb[], $8::jsonb[])
    AS one (id, endpoint, method, token, source, status, input, output)
ON CONFLICT (id) DO NOTHING;

-- name: get_datum
-- One datum of an endpoint.
SELECT id, method, token, host(source) AS source, status, version, input, output
FROM datum
WHERE endpoint = $1 AND id = $2;

-- name: position
-- Where a datum stands in the order of readers.
SELECT written
FROM datum
WHERE endpoint = $1 AND id = $2;

-- name: page
-- The data of an endpoint behind a position, in the order of readers; only what no lower transaction can still precede.
-- Nothing behind a position is older than $4, which spares the partitions before it. No datum is given that $6 bytes,
-- as they are stored, come before; `found` tells how many there were without that bound.
SELECT id, method, token, host(source) AS source, status, version, input, output, found
FROM (
    SELECT
        *,
        count(*) OVER () AS found,
        sum(coalesce(pg_column_size(input), 0) + coalesce(pg_column_size(output), 0)) OVER (
            ORDER BY written, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS bytes_before
    FROM (
        SELECT id, method, token, source, status, version, written, input, output
        FROM datum
        WHERE endpoint = $1
            AND (written, id) > ($2::xid8, $3::uuid)
            AND written < pg_snapshot_xmin(pg_current_snapshot())
            AND id >= $4
        ORDER BY written, id
        LIMIT $5
    ) AS listed
) AS measured
WHERE bytes_before IS NULL OR bytes_before < $6
ORDER BY written, id;

-- name: ping
-- Whether PostgreSQL answers.
SELECT 1;

-- name: migrations_begin
-- One migration at a time, however long it takes: other processes wait here. The number is Tidegate's own.
SELECT
    pg_advisory_xact_lock(7434180001),
    set_config('statement_timeout', '0', true),
    set_config('lock_timeout', '0', true);

-- name: migrations_table
-- Where it is written which migrations were applied.
CREATE TABLE IF NOT EXISTS migration (
    name     text PRIMARY KEY,
    checksum text NOT NULL,
    applied  timestamptz NOT NULL DEFAULT now()
);

-- name: migrations_exist
-- Whether any migration was ever applied.
SELECT to_regclass('migration') IS NOT NULL;

-- name: migrations_applied
-- What was applied.
SELECT name, checksum FROM migration ORDER BY name;

-- name: migration_done
-- Writes down what was applied.
INSERT INTO migration (name, checksum) VALUES ($1, $2);

-- name: partitions_lock
-- One maker of partitions at a time.
SELECT pg_advisory_xact_lock(7434180002);

-- name: partition_exists
-- Whether there is a partition of that name. (to_regclass would not see what was committed while the lock was awaited.)
SELECT EXISTS (
    SELECT FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'datum'::regclass AND relname = $1
);

-- name: partition_statements
-- What makes a partition. It is made beside `datum` and attached to it, because PARTITION OF would wait for every
-- reader and stop every writer meanwhile.
SELECT format('CREATE TABLE %I (LIKE datum INCLUDING DEFAULTS INCLUDING STORAGE)', $1::text)
    || format('; ALTER TABLE datum ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', $1::text, $2::uuid, $3::uuid);

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
