SELECT current_database(), n.nspname, o.conname,
  CASE o.contype WHEN 'n' THEN format('%s IS NOT NULL', coalesce((SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = o.conrelid AND a.attnum = o.conkey[1]), 'VALUE'))
    ELSE pg_get_expr(o.conbin, o.conrelid) END
FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace
  LEFT JOIN pg_class c ON c.oid = o.conrelid LEFT JOIN pg_type t ON t.oid = o.contypid
WHERE o.contype IN ('c', 'n') AND pg_has_role(coalesce(c.relowner, t.typowner), 'USAGE')
