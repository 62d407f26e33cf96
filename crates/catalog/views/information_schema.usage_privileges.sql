SELECT pg_get_userbyid(u.grantor) AS grantor, coalesce(g.rolname, 'PUBLIC') AS grantee, current_database() AS object_catalog,
  coalesce(n.nspname, '') AS object_schema, u.name AS object_name, u.kind AS object_type, 'USAGE' AS privilege_type,
  CASE WHEN u.is_grantable THEN 'YES' ELSE 'NO' END AS is_grantable
FROM (SELECT o.collowner AS grantor, 0::oid AS grantee, o.collnamespace AS namespace, o.collname AS name, 'COLLATION' AS kind,
    false AS is_grantable
  FROM pg_collation o WHERE o.collencoding IN (-1, 6)
  UNION ALL
  SELECT x.grantor, x.grantee, o.typnamespace, o.typname, 'DOMAIN', x.is_grantable OR x.grantee <> 0 AND pg_has_role(x.grantee, o.typowner, 'USAGE')
  FROM pg_type o CROSS JOIN LATERAL aclexplode(coalesce(o.typacl, acldefault('T', o.typowner))) x
  WHERE o.typtype = 'd' AND x.privilege_type = 'USAGE'
  UNION ALL
  SELECT x.grantor, x.grantee, 0, o.fdwname, 'FOREIGN DATA WRAPPER', x.is_grantable OR x.grantee <> 0 AND pg_has_role(x.grantee, o.fdwowner, 'USAGE')
  FROM pg_foreign_data_wrapper o CROSS JOIN LATERAL aclexplode(coalesce(o.fdwacl, acldefault('F', o.fdwowner))) x
  WHERE x.privilege_type = 'USAGE'
  UNION ALL
  SELECT x.grantor, x.grantee, 0, o.srvname, 'FOREIGN SERVER', x.is_grantable OR x.grantee <> 0 AND pg_has_role(x.grantee, o.srvowner, 'USAGE')
  FROM pg_foreign_server o CROSS JOIN LATERAL aclexplode(coalesce(o.srvacl, acldefault('S', o.srvowner))) x
  WHERE x.privilege_type = 'USAGE'
  UNION ALL
  SELECT x.grantor, x.grantee, o.relnamespace, o.relname, 'SEQUENCE', x.is_grantable OR x.grantee <> 0 AND pg_has_role(x.grantee, o.relowner, 'USAGE')
  FROM pg_class o CROSS JOIN LATERAL aclexplode(coalesce(o.relacl, acldefault('r', o.relowner))) x
  WHERE o.relkind = 'S' AND x.privilege_type = 'USAGE') u
  LEFT JOIN pg_namespace n ON n.oid = u.namespace LEFT JOIN pg_authid g ON g.oid = u.grantee
WHERE u.grantee = 0 OR pg_has_role(u.grantee, 'USAGE') OR pg_has_role(u.grantor, 'USAGE')
