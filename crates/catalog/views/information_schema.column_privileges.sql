SELECT DISTINCT pg_get_userbyid(x.grantor) AS grantor, coalesce(g.rolname, 'PUBLIC') AS grantee, current_database() AS table_catalog,
  n.nspname AS table_schema, x.relname AS table_name, x.attname AS column_name, x.privilege_type,
  CASE WHEN x.is_grantable OR x.grantee <> 0 AND pg_has_role(x.grantee, x.relowner, 'USAGE') THEN 'YES' ELSE 'NO' END AS is_grantable
FROM (SELECT c.relnamespace, c.relname, c.relowner, a.attname, t.grantor, t.grantee, t.privilege_type, t.is_grantable
      FROM pg_class c CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) t
        JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relkind IN ('r', 'v', 'f', 'p') AND a.attnum > 0 AND NOT a.attisdropped
      UNION ALL
      SELECT c.relnamespace, c.relname, c.relowner, a.attname, t.grantor, t.grantee, t.privilege_type, t.is_grantable
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid CROSS JOIN LATERAL aclexplode(a.attacl) t
      WHERE c.relkind IN ('r', 'v', 'f', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND a.attacl IS NOT NULL) x
  JOIN pg_namespace n ON n.oid = x.relnamespace LEFT JOIN pg_authid g ON g.oid = x.grantee
WHERE x.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
  AND (x.grantee = 0 OR pg_has_role(x.grantee, 'USAGE') OR pg_has_role(x.grantor, 'USAGE'))
