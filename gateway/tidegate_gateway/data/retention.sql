-- name: expired
-- Endpoints whose data go after some time, deleted ones too, and the time before which they go. What is not kept at all
-- goes after a minute: whoever stored it deletes it, and this is for what died before.
SELECT
    uid AS endpoint,
    now() - coalesce(nullif((configuration ->> 'retentionDays')::int, 0) * interval '1 day', interval '1 minute') AS before
FROM config
WHERE kind = 'Endpoint' AND configuration ->> 'retentionDays' IS NOT NULL;

-- name: claim
-- Takes the lease of a job, or keeps it; no row: another gateway has it.
INSERT INTO job_lease AS lease (job, holder, until) VALUES ('retention', $1, now() + $2::interval)
ON CONFLICT (job) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE lease.holder = excluded.holder OR lease.until < now()
RETURNING holder;

-- name: partition_days
-- The days that have a partition, the oldest first, and about how many data each has.
SELECT substr(relname, 7) AS day, greatest(reltuples, 0)::bigint AS rows
FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
WHERE inhparent = 'datum'::regclass AND relname ~ '^datum_[0-9]{8}$'
ORDER BY relname;

-- name: endpoints_in
-- The endpoints that have data in a partition: a jump from one to the next in the index.
WITH RECURSIVE found AS (
    (SELECT endpoint FROM {partition} ORDER BY endpoint LIMIT 1)
    UNION ALL
    SELECT (SELECT endpoint FROM {partition} WHERE endpoint > found.endpoint ORDER BY endpoint LIMIT 1)
    FROM found
    WHERE found.endpoint IS NOT NULL
)
SELECT endpoint FROM found WHERE endpoint IS NOT NULL;

-- name: delete_expired
-- Some of the data of an endpoint in a partition that are older than an id, and their values; gives how many. What
-- still runs stays.
WITH some_data AS MATERIALIZED (
    SELECT id FROM {partition}
    WHERE endpoint = $1 AND id < $2 AND (status IS NULL OR status NOT IN (1, 100, 101, 999))
    ORDER BY written, id
    LIMIT $3
    FOR UPDATE SKIP LOCKED
), points AS (
    DELETE FROM {points} WHERE datum IN (SELECT id FROM some_data)
), gone AS (
    DELETE FROM {partition} WHERE id IN (SELECT id FROM some_data) RETURNING id
)
SELECT count(*) FROM gone;

-- name: half_detached
-- Partitions that somebody began to detach and did not.
SELECT inhparent::regclass::text AS parent, inhrelid::regclass::text AS part
FROM pg_inherits
WHERE inhdetachpending AND inhparent IN ('datum'::regclass, 'data_point'::regclass);

-- name: detached
-- Partitions that were detached and are still there.
SELECT relname AS part
FROM pg_class
WHERE relkind = 'r' AND NOT relispartition AND relnamespace = current_schema()::regnamespace
    AND relname ~ '^(datum|data_point)_[0-9]{8}$';

-- name: detach
-- Takes a partition away without keeping readers and writers waiting.
ALTER TABLE {parent} DETACH PARTITION {partition} CONCURRENTLY;

-- name: finalize
-- Goes on where somebody was killed.
ALTER TABLE {parent} DETACH PARTITION {partition} FINALIZE;

-- name: drop_partition
-- The end of a partition that was detached.
DROP TABLE {partition};

-- name: forget_sources
-- Addresses of endpoints that are gone for good.
DELETE FROM source_address WHERE NOT EXISTS (SELECT FROM config WHERE kind = 'Endpoint' AND uid = endpoint);
