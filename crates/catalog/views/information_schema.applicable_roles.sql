SELECT m.rolname, r.rolname, CASE WHEN a.admin_option THEN 'YES' ELSE 'NO' END
FROM (SELECT member, roleid, admin_option FROM pg_auth_members
  UNION SELECT d.datdba, o.oid, false FROM pg_database d CROSS JOIN pg_authid o
    WHERE d.datname = current_database() AND o.rolname = 'pg_database_owner') a
  JOIN pg_authid m ON m.oid = a.member JOIN pg_authid r ON r.oid = a.roleid
WHERE pg_has_role(m.oid, 'USAGE')
