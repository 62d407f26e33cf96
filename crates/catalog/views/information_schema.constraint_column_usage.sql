SELECT current_database(), tn.nspname, c.relname, a.attname, current_database(), n.nspname, o.conname
FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace
  JOIN LATERAL unnest(CASE WHEN o.contype = 'f' THEN o.confkey ELSE o.conkey END) k(x) ON true
  JOIN pg_class c ON c.oid = CASE WHEN o.contype = 'f' THEN o.confrelid ELSE o.conrelid END
  JOIN pg_namespace tn ON tn.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.x
WHERE o.contype IN ('p', 'u', 'f', 'c', 'n') AND c.relkind IN ('r', 'p')
