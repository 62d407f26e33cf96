SELECT c.oid AS relid, i.oid AS indexrelid, n.nspname AS schemaname, c.relname, i.relname AS indexrelname,
  0 AS idx_scan, 0 AS idx_tup_read, 0 AS idx_tup_fetch
FROM pg_class c JOIN pg_index x ON x.indrelid = c.oid JOIN pg_class i ON i.oid = x.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 't', 'm') AND (n.nspname IN ('pg_catalog', 'information_schema') OR n.nspname ~ '^pg_toast')
