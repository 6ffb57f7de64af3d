-- What views are made of: 500 of them, $2 left out. Writing a view down locks the tables that it reads until the end of the
-- transaction or savepoint, and the server's table of locks holds only some thousands.
SELECT r.kind, r.object, NULL::text AS suffix, r.below, 'query' AS member_kind, NULL::text[] AS member,
       NULL::text AS detail_kind, NULL::text[] AS detail, 0::int8 AS place, pg_catalog.pg_get_viewdef(r.oid) AS definition
FROM (SELECT * FROM relations WHERE relkind IN ('v', 'm') ORDER BY oid LIMIT 500 OFFSET $2) r
