SELECT current_database(), n.nspname, c.relname, a.attname, a.attnum,
  CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
  CASE WHEN a.attnotnull OR (t.typtype = 'd' AND t.typnotnull) THEN 'NO' ELSE 'YES' END,
  CASE WHEN bt.typelem <> 0 AND bt.typcategory = 'A' AND bt.typlen = -1 THEN 'ARRAY'
    WHEN bn.nspname = 'pg_catalog' THEN format_type(coalesce(b.oid, t.oid), NULL) ELSE 'USER-DEFINED' END,
  information_schema._pg_char_max_length(coalesce(b.oid, t.oid), CASE WHEN b.oid IS NULL THEN a.atttypmod ELSE t.typtypmod END),
  information_schema._pg_char_octet_length(coalesce(b.oid, t.oid), CASE WHEN b.oid IS NULL THEN a.atttypmod ELSE t.typtypmod END),
  information_schema._pg_numeric_precision(coalesce(b.oid, t.oid), CASE WHEN b.oid IS NULL THEN a.atttypmod ELSE t.typtypmod END),
  information_schema._pg_numeric_precision_radix(coalesce(b.oid, t.oid), CASE WHEN b.oid IS NULL THEN a.atttypmod ELSE t.typtypmod END),
  information_schema._pg_numeric_scale(coalesce(b.oid, t.oid), CASE WHEN b.oid IS NULL THEN a.atttypmod ELSE t.typtypmod END),
  information_schema._pg_datetime_precision(coalesce(b.oid, t.oid), CASE WHEN b.oid IS NULL THEN a.atttypmod ELSE t.typtypmod END),
  information_schema._pg_interval_type(coalesce(b.oid, t.oid), CASE WHEN b.oid IS NULL THEN a.atttypmod ELSE t.typtypmod END),
  NULL, NULL, NULL, NULL,
  CASE WHEN co.collname <> 'default' THEN current_database() END, CASE WHEN co.collname <> 'default' THEN con.nspname END,
  CASE WHEN co.collname <> 'default' THEN co.collname END,
  CASE WHEN t.typtype = 'd' THEN current_database() END, CASE WHEN t.typtype = 'd' THEN tn.nspname END,
  CASE WHEN t.typtype = 'd' THEN t.typname END,
  current_database(), bn.nspname, bt.typname, NULL, NULL, NULL, NULL, a.attnum, 'NO',
  CASE WHEN a.attidentity IN ('a', 'd') THEN 'YES' ELSE 'NO' END,
  CASE a.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END,
  CASE WHEN a.attidentity <> '' THEN (SELECT s.seqstart FROM pg_depend i JOIN pg_sequence s ON s.seqrelid = i.objid WHERE i.classid = 1259 AND i.refclassid = 1259 AND i.refobjid = c.oid AND i.refobjsubid = a.attnum AND i.deptype = 'i') END::text,
  CASE WHEN a.attidentity <> '' THEN (SELECT s.seqincrement FROM pg_depend i JOIN pg_sequence s ON s.seqrelid = i.objid WHERE i.classid = 1259 AND i.refclassid = 1259 AND i.refobjid = c.oid AND i.refobjsubid = a.attnum AND i.deptype = 'i') END::text,
  CASE WHEN a.attidentity <> '' THEN (SELECT s.seqmax FROM pg_depend i JOIN pg_sequence s ON s.seqrelid = i.objid WHERE i.classid = 1259 AND i.refclassid = 1259 AND i.refobjid = c.oid AND i.refobjsubid = a.attnum AND i.deptype = 'i') END::text,
  CASE WHEN a.attidentity <> '' THEN (SELECT s.seqmin FROM pg_depend i JOIN pg_sequence s ON s.seqrelid = i.objid WHERE i.classid = 1259 AND i.refclassid = 1259 AND i.refobjid = c.oid AND i.refobjsubid = a.attnum AND i.deptype = 'i') END::text,
  CASE WHEN CASE WHEN a.attidentity <> '' THEN (SELECT s.seqcycle FROM pg_depend i JOIN pg_sequence s ON s.seqrelid = i.objid WHERE i.classid = 1259 AND i.refclassid = 1259 AND i.refobjid = c.oid AND i.refobjsubid = a.attnum AND i.deptype = 'i') END THEN 'YES' ELSE 'NO' END,
  CASE WHEN a.attgenerated = '' THEN 'NEVER' ELSE 'ALWAYS' END,
  CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END,
  CASE WHEN c.relkind IN ('r', 'p') THEN 'YES' WHEN c.relkind IN ('v', 'f') AND pg_column_is_updatable(c.oid, a.attnum, false) THEN 'YES' ELSE 'NO' END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
  JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace tn ON tn.oid = t.typnamespace
  LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
  JOIN pg_type bt ON bt.oid = coalesce(b.oid, t.oid) JOIN pg_namespace bn ON bn.oid = bt.typnamespace
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_collation co ON co.oid = a.attcollation LEFT JOIN pg_namespace con ON con.oid = co.collnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'f', 'p')
