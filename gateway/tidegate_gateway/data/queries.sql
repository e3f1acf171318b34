-- name: insert_data
-- Stores a batch of data; all of it or nothing. {conflict}: what is done about those that are stored already.
INSERT INTO datum (id, endpoint, method, token, source, status, input, output, size)
SELECT id, endpoint, method, token, source::inet, status, input, output, size
FROM unnest(
    $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::jsonb[], $8::jsonb[], $9::integer[]
) AS one (id, endpoint, method, token, source, status, input, output, size)
{conflict};

-- name: insert_indexed
-- Stores a batch of data and what they are to be found by; all of it or nothing. Gives, by definition, how many values
-- there were that are not of its type.
WITH incoming AS MATERIALIZED (
    SELECT *
    FROM unnest(
        $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::jsonb[], $8::jsonb[],
        $9::integer[]
    ) WITH ORDINALITY AS one (id, endpoint, method, token, source, status, input, output, size, number)
), stored AS (
    INSERT INTO datum (id, endpoint, method, token, source, status, input, output, size)
    SELECT id, endpoint, method, token, source::inet, status, input, output, size FROM incoming
    {conflict}
), found AS MATERIALIZED (
    SELECT id, value.*
    FROM (
        SELECT number, array_agg(definition) AS definitions, array_agg(type) AS types, array_agg(path) AS paths
        FROM unnest($10::bigint[], $11::bigint[], $12::text[], $13::text[]) AS one (number, definition, type, path)
        GROUP BY number
    ) AS wanted
    JOIN incoming USING (number)
    CROSS JOIN LATERAL index_values(input, definitions, types, paths) AS value
), points AS (
    INSERT INTO data_point (definition, datum, text_value, number_value, time_value)
    SELECT definition, id, text_value, number_value, time_value
    FROM found
    WHERE num_nonnulls(text_value, number_value, time_value) = 1
    {conflict}
)
SELECT definition, count(*) AS values
FROM found
WHERE num_nonnulls(text_value, number_value, time_value) = 0
GROUP BY definition;

-- name: get_datum
-- One datum of an endpoint.
SELECT id, method, token, host(source) AS source, status, version, input, output
FROM datum
WHERE endpoint = $1 AND id = $2;

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

-- name: partitions_missing
-- The tables that have no partition of a day yet. (to_regclass would not see what was committed while the lock was
-- awaited.)
SELECT parent
FROM unnest(ARRAY['datum', 'data_point']) AS parent
WHERE NOT EXISTS (
    SELECT FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = parent::regclass AND relname = parent || '_' || $1::text
);

-- name: partition_statements
-- What makes a partition. It is made beside its table and attached to it, because PARTITION OF would wait for every
-- reader and stop every writer meanwhile.
SELECT format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING STORAGE); ', part, parent)
    || format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, $3::uuid, $4::uuid)
FROM (SELECT $1::text AS parent, $1::text || '_' || $2::text AS part) AS names;

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
