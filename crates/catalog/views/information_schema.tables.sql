SELECT current_database(), n.nspname, c.relname,
  CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'f' THEN 'FOREIGN' ELSE 'BASE TABLE' END,
  NULL, NULL, CASE WHEN c.reloftype <> 0 THEN current_database() END,
  CASE WHEN c.reloftype <> 0 THEN (SELECT tn.nspname FROM pg_type t JOIN pg_namespace tn ON tn.oid = t.typnamespace WHERE t.oid = c.reloftype) END,
  CASE WHEN c.reloftype <> 0 THEN (SELECT t.typname FROM pg_type t WHERE t.oid = c.reloftype) END,
  CASE WHEN c.relkind IN ('r', 'p') THEN 'YES' WHEN pg_relation_is_updatable(c.oid, false) & 8 = 8 THEN 'YES' ELSE 'NO' END,
  CASE WHEN c.reloftype <> 0 THEN 'YES' ELSE 'NO' END, NULL
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'f', 'p')
