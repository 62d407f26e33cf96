SELECT pg_get_userbyid(x.grantor) AS grantor, coalesce(g.rolname, 'PUBLIC') AS grantee, current_database() AS table_catalog,
  n.nspname AS table_schema, c.relname AS table_name, x.privilege_type,
  CASE WHEN x.is_grantable OR x.grantee <> 0 AND pg_has_role(x.grantee, c.relowner, 'USAGE') THEN 'YES' ELSE 'NO' END AS is_grantable,
  CASE WHEN x.privilege_type = 'SELECT' THEN 'YES' ELSE 'NO' END AS with_hierarchy
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) x
  LEFT JOIN pg_authid g ON g.oid = x.grantee
WHERE c.relkind IN ('r', 'v', 'f', 'p') AND x.privilege_type <> 'MAINTAIN'
  AND (x.grantee = 0 OR pg_has_role(x.grantee, 'USAGE') OR pg_has_role(x.grantor, 'USAGE'))
