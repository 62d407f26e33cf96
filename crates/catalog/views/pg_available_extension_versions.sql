SELECT e.extname AS name, e.extversion AS version, true AS installed, true AS superuser, true AS trusted,
  e.extrelocatable AS relocatable, CASE WHEN e.extrelocatable THEN NULL ELSE n.nspname END AS schema,
  obj_description(e.oid, 'pg_extension') AS comment
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
