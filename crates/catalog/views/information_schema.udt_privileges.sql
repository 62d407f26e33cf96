SELECT pg_get_userbyid(x.grantor) AS grantor, coalesce(g.rolname, 'PUBLIC') AS grantee, current_database() AS udt_catalog,
  n.nspname AS udt_schema, t.typname AS udt_name, 'TYPE USAGE' AS privilege_type,
  CASE WHEN x.is_grantable OR x.grantee <> 0 AND pg_has_role(x.grantee, t.typowner, 'USAGE') THEN 'YES' ELSE 'NO' END AS is_grantable
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  CROSS JOIN LATERAL aclexplode(coalesce(t.typacl, acldefault('T', t.typowner))) x
  LEFT JOIN pg_authid g ON g.oid = x.grantee
WHERE t.typtype = 'c' AND (x.grantee = 0 OR pg_has_role(x.grantee, 'USAGE') OR pg_has_role(x.grantor, 'USAGE'))
