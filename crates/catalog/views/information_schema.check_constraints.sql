SELECT current_database(), n.nspname, o.conname,
  CASE o.contype WHEN 'n' THEN format('%s IS NOT NULL', coalesce((SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = o.conrelid AND a.attnum = o.conkey[1]), 'VALUE'))
    ELSE pg_get_expr(o.conbin, o.conrelid) END
FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace
WHERE o.contype IN ('c', 'n')
