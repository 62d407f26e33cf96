SELECT current_database(), n.nspname, o.conname, current_database(), tn.nspname, c.relname,
  CASE o.contype WHEN 'c' THEN 'CHECK' WHEN 'n' THEN 'CHECK' WHEN 'f' THEN 'FOREIGN KEY' WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END,
  CASE WHEN o.condeferrable THEN 'YES' ELSE 'NO' END, CASE WHEN o.condeferred THEN 'YES' ELSE 'NO' END,
  CASE WHEN o.conenforced THEN 'YES' ELSE 'NO' END,
  CASE WHEN o.contype = 'u' THEN CASE WHEN (SELECT i.indnullsnotdistinct FROM pg_index i WHERE i.indexrelid = o.conindid) THEN 'NO' ELSE 'YES' END END
FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace JOIN pg_class c ON c.oid = o.conrelid
  JOIN pg_namespace tn ON tn.oid = c.relnamespace
WHERE o.contype IN ('c', 'n', 'f', 'p', 'u') AND c.relkind IN ('r', 'p')
