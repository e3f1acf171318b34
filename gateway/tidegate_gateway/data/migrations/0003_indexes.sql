-- Indexes of data: which JSON paths, and their typed values by (definition, value) in the order of readers.

-- `id` is a digest of the definition itself. `removed`: no configuration has it any more, and its values go.
-- `requested` is the request for re-indexing that was taken up last, at `started`; what was written before `until` is to
-- be indexed, and (`position_written`, `position`) is how far that is, in the order of readers.
CREATE TABLE index_definition (
    id               bigint PRIMARY KEY,
    endpoint         uuid        NOT NULL,
    name             text        NOT NULL,
    method           text        NOT NULL,
    source           text        NOT NULL,
    path             text        NOT NULL,
    type             text        NOT NULL,
    created          timestamptz NOT NULL DEFAULT now(),
    removed          timestamptz,
    requested        text,
    started          timestamptz,
    until            xid8,
    position_written xid8,
    position         uuid,
    rows             bigint      NOT NULL DEFAULT 0,
    counted          timestamptz
);
CREATE INDEX index_definition_endpoint ON index_definition (endpoint);

-- One value of one datum; partitioned as `datum` is, so that both go together. `written` is the datum's.
CREATE TABLE data_point (
    definition   bigint NOT NULL,
    datum        uuid   NOT NULL,
    written      xid8   NOT NULL DEFAULT pg_current_xact_id(),
    text_value   text COLLATE "C",
    number_value numeric,
    time_value   timestamptz,
    PRIMARY KEY (datum, definition)
) PARTITION BY RANGE (datum);
CREATE INDEX data_point_text ON data_point (definition, text_value, written, datum) WHERE text_value IS NOT NULL;
CREATE INDEX data_point_number ON data_point (definition, number_value, written, datum) WHERE number_value IS NOT NULL;
CREATE INDEX data_point_time ON data_point (definition, time_value, written, datum) WHERE time_value IS NOT NULL;

CREATE INDEX datum_status ON datum (endpoint, status, written, id) WHERE status IS NOT NULL;

DO $$
DECLARE part record;
BEGIN
    FOR part IN
        SELECT relname, pg_get_expr(relpartbound, pg_class.oid) AS bounds
        FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'datum'::regclass
    LOOP
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF data_point %s', replace(part.relname, 'datum_', 'data_point_'), part.bounds
        );
    END LOOP;
END $$;

-- A text as it is indexed and compared: what is longer than a kilobyte is cut, and told apart by its digest.
CREATE FUNCTION index_text(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN octet_length(value) <= 1024 THEN value
        ELSE left(value, 200) || ' ' || encode(sha256(convert_to(value, 'UTF8')), 'hex')
    END
$$;

-- An RFC 3339 time or date; without an offset it is in UTC. NULL for any other text, never an error.
CREATE FUNCTION index_time(value text) RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF value !~ '^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)?)?$' THEN
        RETURN NULL;
    END IF;
    IF value ~ '([Zz]|[Tt ].*[+-]\d\d:\d\d)$' THEN
        RETURN value::timestamptz;
    END IF;
    RETURN value::timestamp AT TIME ZONE 'UTC';
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END $$;

-- The values of a document at indexed paths, one row a definition that has a value there which is not null.
-- Where it is none of the type, all of its columns are NULL.
CREATE FUNCTION index_values(document jsonb, definitions bigint[], types text[], paths text[])
RETURNS TABLE (definition bigint, text_value text, number_value numeric, time_value timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT
        wanted.definition,
        CASE
            WHEN type = 'Text' AND kind IN ('string', 'number', 'boolean') THEN index_text(value #>> '{}')
            WHEN type = 'Boolean' AND kind = 'boolean' THEN value #>> '{}'
        END,
        CASE WHEN type = 'Number' AND kind = 'number' THEN value::numeric END,
        CASE WHEN type = 'Timestamp' AND kind = 'string' THEN index_time(value #>> '{}') END
    FROM
        unnest(definitions, types, paths) AS wanted (definition, type, path),
        jsonb_path_query_first(document, path::jsonpath, '{}', true) AS value,
        jsonb_typeof(value) AS kind
    WHERE kind <> 'null'
$$;
