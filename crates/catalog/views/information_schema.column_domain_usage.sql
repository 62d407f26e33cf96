SELECT current_database(), dn.nspname, d.typname, current_database(), n.nspname, c.relname, a.attname
FROM pg_attribute a JOIN pg_type d ON d.oid = a.atttypid JOIN pg_namespace dn ON dn.oid = d.typnamespace
  JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE d.typtype = 'd' AND c.relkind IN ('r', 'v', 'f', 'p') AND a.attnum > 0 AND NOT a.attisdropped
  AND pg_has_role(d.typowner, 'USAGE')
