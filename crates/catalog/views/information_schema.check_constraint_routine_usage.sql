SELECT DISTINCT current_database(), cn.nspname, o.conname, current_database(), n.nspname, p.proname || '_' || p.oid
FROM pg_constraint o JOIN pg_namespace cn ON cn.oid = o.connamespace
  JOIN pg_depend d ON d.classid = 'pg_constraint'::regclass AND d.objid = o.oid AND d.refclassid = 'pg_proc'::regclass
  JOIN pg_proc p ON p.oid = d.refobjid JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE o.contype = 'c' AND pg_has_role(p.proowner, 'USAGE')
