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
