SELECT rolname, oid, ARRAY(SELECT member FROM pg_auth_members WHERE roleid = a.oid)
FROM pg_authid a WHERE NOT rolcanlogin
