-- Which of privileges $4 role $1 lacks on each of the relations $2.$3: the number of the relation, the privilege.
SELECT w.number::int4 AS number, p.privilege, r.oid IS NULL AS no_role
FROM ROWS FROM (pg_catalog.unnest($2::text[]), pg_catalog.unnest($3::text[])) WITH ORDINALITY AS w(schema, name, number)
CROSS JOIN pg_catalog.unnest($4::text[]) AS p(privilege)
LEFT JOIN pg_catalog.pg_roles r ON r.rolname = $1
JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
WHERE r.oid IS NULL
   OR NOT CASE c.relkind
              WHEN 'S' THEN pg_catalog.has_sequence_privilege(r.oid, c.oid, p.privilege)
              ELSE pg_catalog.has_table_privilege(r.oid, c.oid, p.privilege)
          END
ORDER BY w.number, p.privilege
