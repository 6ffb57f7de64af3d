-- What these views ($1) are made of.
SELECT v.oid, pg_catalog.pg_get_viewdef(v.oid::oid) AS definition
FROM pg_catalog.unnest($1) v (oid)
