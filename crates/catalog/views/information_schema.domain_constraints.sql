SELECT current_database(), cn.nspname, o.conname, current_database(), n.nspname, d.typname,
  CASE WHEN o.condeferrable THEN 'YES' ELSE 'NO' END, CASE WHEN o.condeferred THEN 'YES' ELSE 'NO' END
FROM pg_constraint o JOIN pg_namespace cn ON cn.oid = o.connamespace JOIN pg_type d ON d.oid = o.contypid
  JOIN pg_namespace n ON n.oid = d.typnamespace
