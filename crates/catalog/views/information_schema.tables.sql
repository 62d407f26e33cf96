SELECT current_database(), n.nspname, c.relname,
  CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'f' THEN 'FOREIGN' ELSE 'BASE TABLE' END,
  NULL, NULL, NULL, NULL, NULL,
  CASE WHEN c.relkind IN ('r', 'p') THEN 'YES' WHEN pg_relation_is_updatable(c.oid, false) & 8 = 8 THEN 'YES' ELSE 'NO' END,
  'NO', NULL
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'f', 'p')
