SELECT current_database(), n.nspname, o.conname, current_database(), tn.nspname, c.relname, a.attname, k.n,
  CASE WHEN o.contype = 'f' THEN array_position(i.indkey::int2[], o.confkey[k.n]) + 1 END
FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace JOIN pg_class c ON c.oid = o.conrelid
  JOIN pg_namespace tn ON tn.oid = c.relnamespace
  JOIN LATERAL information_schema._pg_expandarray(o.conkey) k(x, n) ON true
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.x
  LEFT JOIN pg_index i ON i.indexrelid = o.conindid
WHERE o.contype IN ('p', 'u', 'f') AND c.relkind IN ('r', 'p')
