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

-- name: measured
-- A page: the data that are {listed}, in the order of readers. None is given that {bytes} come before, of JSON, however
-- well it is compressed; `found` tells how many there were without that bound.
SELECT id, method, token, host(source) AS source, status, version, input, output, found
FROM (
    SELECT
        *,
        count(*) OVER () AS found,
        sum(coalesce(size, 8 * (coalesce(pg_column_size(input), 0) + coalesce(pg_column_size(output), 0)))) OVER (
            ORDER BY written, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS bytes_before
    FROM ({listed}) AS listed
) AS measured
WHERE bytes_before IS NULL OR bytes_before < {bytes}
ORDER BY written, id;

-- name: page
-- The data of an endpoint behind a position, in the order of readers; only what no lower transaction can still precede.
-- Nothing behind a position is older than $4, nor is anything from $5 on asked for, which spares the partitions around.
SELECT id, method, token, source, status, version, written, input, output, size
FROM datum
WHERE endpoint = $1
    AND (written, id) > ($2::xid8, $3::uuid)
    AND written < pg_snapshot_xmin(pg_current_snapshot())
    AND id >= $4 AND id < $5
    AND ($6::smallint[] IS NULL OR status = ANY ($6))
ORDER BY written, id
LIMIT $7;

-- name: page_filtered
-- The same of those data that pass filters. Up to $8 candidates are looked at, which are in the order of readers.
SELECT datum.id, method, token, source, status, version, candidate.written, input, output, size
FROM ({candidates} LIMIT $8) AS candidate JOIN datum USING (id)
WHERE endpoint = $1
    AND ($6::smallint[] IS NULL OR status = ANY ($6))
    AND (
        SELECT bool_and(coalesce(
            CASE operator
                WHEN 'eq' THEN sign = 0
                WHEN 'ne' THEN sign <> 0
                WHEN 'gt' THEN sign > 0
                WHEN 'gte' THEN sign >= 0
                WHEN 'lt' THEN sign < 0
                WHEN 'lte' THEN sign <= 0
            END,
            false
        ))
        FROM unnest($9::bigint[], $10::text[], $11::text[], $12::numeric[], $13::timestamptz[])
            AS wanted (definition, operator, text_value, number_value, time_value)
        LEFT JOIN data_point AS point
            ON point.datum = candidate.id AND point.definition = wanted.definition
        CROSS JOIN LATERAL (
            SELECT coalesce(
                (point.number_value > wanted.number_value)::int - (point.number_value < wanted.number_value)::int,
                (point.time_value > wanted.time_value)::int - (point.time_value < wanted.time_value)::int,
                (point.text_value > index_text(wanted.text_value))::int
                - (point.text_value < index_text(wanted.text_value))::int
            ) AS sign
        ) AS compared
    )
ORDER BY candidate.written, candidate.id
LIMIT $7;

-- name: first_candidates
-- The first candidates, where each of them passes. That it is a statement of its own lets the next one know where to
-- look: with many partitions, planning takes longer than anything else.
SELECT id FROM ({candidates} LIMIT $6) AS candidate WHERE $1::uuid IS NOT NULL ORDER BY written, id;

-- name: page_of
-- Those with some ids.
SELECT id, method, token, source, status, version, written, input, output, size
FROM datum
WHERE endpoint = $1 AND id = ANY ($2);

-- name: by_value
-- Candidates: those data that have a value in an index. The order is the index's own where one value is asked for.
SELECT datum AS id, written
FROM data_point
WHERE definition = {definition} AND {condition}
    AND (written, datum) > ($2::xid8, $3::uuid)
    AND written < pg_snapshot_xmin(pg_current_snapshot())
    AND datum >= $4 AND datum < $5
ORDER BY written, datum;

-- name: by_order
-- Candidates: all data of the endpoint.
SELECT id, written
FROM datum
WHERE endpoint = $1
    AND (written, id) > ($2::xid8, $3::uuid)
    AND written < pg_snapshot_xmin(pg_current_snapshot())
    AND id >= $4 AND id < $5
ORDER BY written, id;

-- name: last_candidate
-- The last of the candidates that were looked at, where there were as many as that. (Not every query for candidates
-- has a use for the endpoint.)
SELECT id FROM ({candidates} LIMIT $6) AS candidate WHERE $1::uuid IS NOT NULL ORDER BY written, id OFFSET $6 - 1;

-- name: count_values
-- How many data have a value in an index, within bounds of ids; no more than $4 are counted.
SELECT count(*)
FROM (SELECT FROM data_point WHERE definition = $1 AND datum >= $2 AND datum < $3 AND {condition} LIMIT $4) AS counted;
