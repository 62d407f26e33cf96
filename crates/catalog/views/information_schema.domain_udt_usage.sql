SELECT current_database(), tn.nspname, t.typname, current_database(), n.nspname, d.typname
FROM pg_type d JOIN pg_namespace n ON n.oid = d.typnamespace JOIN pg_type t ON t.oid = d.typbasetype
  JOIN pg_namespace tn ON tn.oid = t.typnamespace
WHERE d.typtype = 'd' AND pg_has_role(t.typowner, 'USAGE')
