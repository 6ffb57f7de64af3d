-- Relations whose name is as long as a name can be. The server makes names of indexes and sequences itself, and fits them.
SELECT c.oid::regclass::text AS object,
       'its name has 63 bytes, as many as fit: it may have been cut' AS evidence,
       NULL::text[] AS statements,
       c.oid AS relation
FROM own_class c
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND pg_catalog.octet_length(c.relname::text) = 63
