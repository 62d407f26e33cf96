SELECT current_database(), n.nspname, p.proname || '_' || p.oid, current_database(), n.nspname, p.proname,
  CASE p.prokind WHEN 'f' THEN 'FUNCTION' WHEN 'p' THEN 'PROCEDURE' END,
  NULL, NULL, NULL, NULL, NULL, NULL,
  CASE WHEN t.typcategory = 'A' THEN 'ARRAY' WHEN tn.nspname = 'pg_catalog' THEN format_type(t.oid, NULL) ELSE 'USER-DEFINED' END,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
  current_database(), tn.nspname, t.typname, NULL, NULL, NULL, NULL, 0,
  CASE WHEN l.lanname = 'sql' THEN 'SQL' ELSE 'EXTERNAL' END, p.prosrc, CASE WHEN l.lanname = 'c' THEN p.prosrc END,
  upper(l.lanname::text), 'GENERAL', CASE WHEN p.provolatile = 'i' THEN 'YES' ELSE 'NO' END, 'MODIFIES',
  CASE WHEN p.proisstrict THEN 'YES' ELSE 'NO' END, NULL, 'YES', 0, NULL, NULL,
  CASE WHEN p.prosecdef THEN 'DEFINER' ELSE 'INVOKER' END, NULL, NULL, NULL, 'NO', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
  JOIN pg_type t ON t.oid = p.prorettype JOIN pg_namespace tn ON tn.oid = t.typnamespace
WHERE p.prokind IN ('f', 'p')
