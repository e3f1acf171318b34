-- name: days
-- The days that have a partition, the oldest first, about how many data each has, and whether it has been over for a day:
-- nobody writes into it any more.
SELECT relname AS name, substr(relname, 7) AS day, greatest(reltuples, 0)::bigint AS rows,
    to_date(substr(relname, 7), 'YYYYMMDD') + 2 <= (now() AT TIME ZONE 'UTC')::date AS over
FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
WHERE inhparent = 'datum'::regclass AND NOT inhdetachpending AND relname ~ '^datum_[0-9]{8}$'
ORDER BY relname;

-- name: tables_of
-- The partitions of a day: of values too, unless a pod of an older version made it.
SELECT relname FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relname IN ($1::text, replace($1::text, 'datum', 'data_point'));

-- name: mark
-- Says that a partition is to go: one that somebody else detached, to keep it elsewhere, is not ours to drop.
COMMENT ON TABLE {partition} IS 'expired';

-- name: leaving
-- What is left of the days that are to go: from the moment on that the data of a day are no longer in their table.
SELECT
    left(relname, -9) AS parent, relname AS partition,
    inhrelid IS NOT NULL AS attached, coalesce(inhdetachpending, false) AS pending
FROM pg_class AS part LEFT JOIN pg_inherits ON inhrelid = part.oid
WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
    AND relname ~ '^(datum|data_point)_[0-9]{8}$'
    AND obj_description(part.oid, 'pg_class') = 'expired'
    AND (inhrelid IS NULL OR NOT EXISTS (
        SELECT FROM pg_inherits AS day JOIN pg_class ON pg_class.oid = day.inhrelid
        WHERE day.inhparent = 'datum'::regclass AND NOT day.inhdetachpending
            AND pg_class.relname = 'datum_' || right(part.relname, 8)
    ))
ORDER BY relname DESC;

-- name: detach
-- Takes a partition away without keeping readers and writers waiting; waits until nobody reads it any more.
ALTER TABLE {parent} DETACH PARTITION {partition} CONCURRENTLY;

-- name: finalize
-- Goes on where somebody was killed, or gave up.
ALTER TABLE {parent} DETACH PARTITION {partition} FINALIZE;

-- name: drop_partition
-- The end of a partition that was detached.
DROP TABLE {partition};
