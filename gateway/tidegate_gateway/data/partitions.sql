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
