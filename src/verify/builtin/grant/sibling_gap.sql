-- Privileges that a role has on at least four fifths of a schema's tables, and not on this one.
WITH counted AS MATERIALIZED (
    SELECT oid, relnamespace, relacl, relowner, pg_catalog.count(*) OVER (PARTITION BY relnamespace) AS tables
    FROM own_table
    WHERE NOT relispartition
),
granted AS MATERIALIZED (
    SELECT DISTINCT t.oid, t.relnamespace, t.tables, x.grantee, x.privilege_type
    FROM counted t
    CROSS JOIN LATERAL pg_catalog.aclexplode(t.relacl) x
    WHERE x.grantee <> t.relowner
),
usual AS (
    SELECT relnamespace, grantee, privilege_type, tables, pg_catalog.count(*) AS having_it
    FROM granted
    GROUP BY 1, 2, 3, 4
    HAVING pg_catalog.count(*) < tables AND pg_catalog.count(*) >= 0.8 * tables
),
lacking AS (
    SELECT t.oid, u.privilege_type, u.having_it, u.tables,
           CASE u.grantee WHEN 0 THEN 'PUBLIC' ELSE u.grantee::regrole::text END AS role
    FROM usual u
    JOIN counted t USING (relnamespace)
    WHERE u.grantee <> t.relowner
      AND NOT EXISTS (
          SELECT FROM granted g
          WHERE g.oid = t.oid AND g.grantee = u.grantee AND g.privilege_type = u.privilege_type)
),
gap AS (
    SELECT oid, role, pg_catalog.string_agg(privilege_type, ', ' ORDER BY privilege_type) AS privileges,
           pg_catalog.min(having_it) AS having_it, pg_catalog.min(tables) AS tables
    FROM lacking
    GROUP BY oid, role
)
SELECT g.oid::regclass::text AS object,
       pg_catalog.string_agg(pg_catalog.format('%s has no %s here, but on %s of %s tables of the schema',
           g.role, g.privileges, g.having_it, g.tables), '; ' ORDER BY g.role) AS evidence,
       pg_catalog.array_agg(pg_catalog.format('GRANT %s ON %s TO %s', g.privileges, g.oid::regclass, g.role)
           ORDER BY g.role) AS statements,
       g.oid AS relation
FROM gap g
GROUP BY g.oid
