SELECT current_database() AS object_catalog, n.nspname AS object_schema, x.name AS object_name, x.kind AS object_type,
  x.number AS collection_type_identifier, CASE WHEN e.typtype = 'b' AND e.typelem <> 0 AND e.typlen = -1 THEN 'ARRAY'
    WHEN en.nspname = 'pg_catalog' THEN format_type(e.oid, NULL) ELSE 'USER-DEFINED' END AS data_type,
  CASE WHEN co.collname <> 'default' THEN current_database() END AS collation_catalog,
  CASE WHEN co.collname <> 'default' THEN con.nspname END AS collation_schema,
  CASE WHEN co.collname <> 'default' THEN co.collname END AS collation_name,
  current_database() AS udt_catalog, en.nspname AS udt_schema, e.typname AS udt_name, 'a' || x.number AS dtd_identifier
FROM (SELECT c.relnamespace AS namespace, c.relname AS name, CASE c.relkind WHEN 'c' THEN 'USER-DEFINED TYPE' ELSE 'TABLE' END AS kind,
        a.attnum AS number, a.atttypid AS type, a.attcollation AS collation
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE c.relkind IN ('r', 'v', 'f', 'c', 'p') AND a.attnum > 0 AND NOT a.attisdropped
      UNION ALL
      SELECT d.typnamespace, d.typname, 'DOMAIN', 1, d.typbasetype, d.typcollation FROM pg_type d WHERE d.typtype = 'd'
      UNION ALL
      SELECT f.pronamespace, f.proname || '_' || f.oid, 'ROUTINE', p.n, p.x, 0
      FROM pg_proc f CROSS JOIN LATERAL information_schema._pg_expandarray(coalesce(f.proallargtypes, f.proargtypes::oid[])) p
      UNION ALL
      SELECT f.pronamespace, f.proname || '_' || f.oid, 'ROUTINE', 0, f.prorettype, 0 FROM pg_proc f) x
  JOIN pg_namespace n ON n.oid = x.namespace JOIN pg_type t ON t.oid = x.type
  JOIN pg_type e ON e.oid = t.typelem JOIN pg_namespace en ON en.oid = e.typnamespace
  LEFT JOIN pg_collation co ON co.oid = x.collation LEFT JOIN pg_namespace con ON con.oid = co.collnamespace
WHERE t.typelem <> 0 AND t.typlen = -1
