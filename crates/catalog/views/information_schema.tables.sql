SELECT current_database(), n.nspname, c.relname,
  CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'f' THEN 'FOREIGN' ELSE 'BASE TABLE' END,
  NULL, NULL, CASE WHEN t.oid IS NOT NULL THEN current_database() END, tn.nspname, t.typname,
  CASE WHEN c.relkind IN ('r', 'p') THEN 'YES' WHEN pg_relation_is_updatable(c.oid, false) & 8 = 8 THEN 'YES' ELSE 'NO' END,
  CASE WHEN t.oid IS NOT NULL THEN 'YES' ELSE 'NO' END, NULL
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_type t ON t.oid = c.reloftype LEFT JOIN pg_namespace tn ON tn.oid = t.typnamespace
WHERE c.relkind IN ('r', 'v', 'f', 'p')
