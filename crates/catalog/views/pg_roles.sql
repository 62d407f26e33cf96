SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolconnlimit,
  '********', rolvaliduntil, rolbypassrls, NULL, oid
FROM pg_authid
