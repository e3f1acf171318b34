-- name: described
-- The configurations of some Endpoints by their addresses, with the name of the company that each is of.
SELECT endpoint.configuration, endpoint.revision, company.configuration ->> 'displayName' AS company
FROM config AS endpoint
LEFT JOIN config AS company
    ON company.kind = 'Company' AND company.namespace = endpoint.namespace AND NOT company.deleted
WHERE endpoint.kind = 'Endpoint' AND endpoint.uid = ANY ($1) AND NOT endpoint.deleted
ORDER BY endpoint.configuration ->> 'group', endpoint.configuration ->> 'slug';

-- name: versions
-- Which rows a document of some Endpoints is made of, each as it is now: a row that was written since has another xmin.
SELECT endpoint.uid, endpoint.namespace, endpoint.xmin::text AS version, company.xmin::text AS company_version
FROM config AS endpoint
LEFT JOIN config AS company
    ON company.kind = 'Company' AND company.namespace = endpoint.namespace AND NOT company.deleted
WHERE endpoint.kind = 'Endpoint' AND endpoint.uid = ANY ($1) AND NOT endpoint.deleted
ORDER BY endpoint.uid;
