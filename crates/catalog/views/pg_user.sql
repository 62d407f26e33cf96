SELECT rolname, oid, rolcreatedb, rolsuper, rolreplication, rolbypassrls, '********', NULL, NULL
FROM pg_authid WHERE rolcanlogin
