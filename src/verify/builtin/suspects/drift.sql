SELECT
FROM (
    SELECT inhrelid, inhparent FROM pg_catalog.pg_inherits WHERE inhrelid = ANY ($1)
    UNION
    SELECT inhrelid, inhparent FROM pg_catalog.pg_inherits WHERE inhparent = ANY ($1)
) i
JOIN pg_catalog.pg_partitioned_table whole ON whole.partrelid = i.inhparent
JOIN pg_catalog.pg_attribute p ON p.attrelid = i.inhparent AND p.attnum > 0 AND p.attidentity = ''
JOIN pg_catalog.pg_attribute c ON c.attrelid = i.inhrelid AND c.attname = p.attname
LEFT JOIN pg_catalog.pg_attrdef pd ON pd.adrelid = p.attrelid AND pd.adnum = p.attnum
LEFT JOIN pg_catalog.pg_attrdef cd ON cd.adrelid = c.attrelid AND cd.adnum = c.attnum
WHERE (p.atthasdef OR c.atthasdef)
  AND pd.adbin::text IS DISTINCT FROM cd.adbin::text
  AND pg_catalog.pg_get_expr(pd.adbin, 0) IS DISTINCT FROM pg_catalog.pg_get_expr(cd.adbin, 0)
