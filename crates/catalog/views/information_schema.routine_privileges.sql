SELECT pg_get_userbyid(x.grantor) AS grantor, coalesce(g.rolname, 'PUBLIC') AS grantee, current_database() AS specific_catalog,
  n.nspname AS specific_schema, p.proname || '_' || p.oid AS specific_name, current_database() AS routine_catalog,
  n.nspname AS routine_schema, p.proname AS routine_name, x.privilege_type,
  CASE WHEN x.is_grantable OR x.grantee <> 0 AND pg_has_role(x.grantee, p.proowner, 'USAGE') THEN 'YES' ELSE 'NO' END AS is_grantable
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x
  LEFT JOIN pg_authid g ON g.oid = x.grantee
WHERE x.grantee = 0 OR pg_has_role(x.grantee, 'USAGE') OR pg_has_role(x.grantor, 'USAGE')
