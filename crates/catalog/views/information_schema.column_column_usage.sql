SELECT DISTINCT current_database(), n.nspname, c.relname, a.attname, g.attname
FROM pg_attribute g JOIN pg_attrdef e ON e.adrelid = g.attrelid AND e.adnum = g.attnum
  JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = e.oid AND d.refclassid = 'pg_class'::regclass
    AND d.refobjid = g.attrelid
  JOIN pg_attribute a ON a.attrelid = g.attrelid AND a.attnum = d.refobjsubid
  JOIN pg_class c ON c.oid = g.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE g.attgenerated <> '' AND a.attnum <> g.attnum AND pg_has_role(c.relowner, 'USAGE')
