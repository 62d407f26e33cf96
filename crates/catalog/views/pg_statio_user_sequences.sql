SELECT c.oid, n.nspname, c.relname, 0, 0
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND NOT (n.nspname IN ('pg_catalog', 'information_schema') OR n.nspname ~ '^pg_toast')
