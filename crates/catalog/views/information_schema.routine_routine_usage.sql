SELECT DISTINCT current_database(), n.nspname, p.proname || '_' || p.oid, current_database(), un.nspname, u.proname || '_' || u.oid
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_proc'::regclass
  JOIN pg_proc u ON u.oid = d.refobjid JOIN pg_namespace un ON un.oid = u.pronamespace
WHERE p.prosupport <> u.oid AND pg_has_role(u.proowner, 'USAGE')
