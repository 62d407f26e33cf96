SELECT current_database(), n.nspname, c.relname, format_type(s.seqtypid, NULL),
  information_schema._pg_numeric_precision(s.seqtypid, -1), 2, 0, s.seqstart, s.seqmin, s.seqmax, s.seqincrement,
  CASE WHEN s.seqcycle THEN 'YES' ELSE 'NO' END
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i')
