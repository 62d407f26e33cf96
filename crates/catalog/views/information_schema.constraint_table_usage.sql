SELECT current_database(), tn.nspname, c.relname, current_database(), n.nspname, o.conname
FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace
  JOIN pg_class c ON c.oid = CASE WHEN o.contype = 'f' THEN o.confrelid ELSE o.conrelid END
  JOIN pg_namespace tn ON tn.oid = c.relnamespace
WHERE o.contype IN ('p', 'u', 'f') AND c.relkind IN ('r', 'p')
