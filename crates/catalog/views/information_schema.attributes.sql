SELECT current_database() AS udt_catalog, n.nspname AS udt_schema, c.relname AS udt_name, a.attname AS attribute_name,
  a.attnum AS ordinal_position, CASE WHEN a.attnotnull OR (t.typtype = 'd' AND t.typnotnull) THEN 'NO' ELSE 'YES' END AS is_nullable,
  CASE WHEN t.typtype = 'b' AND t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY'
    WHEN tn.nspname = 'pg_catalog' THEN format_type(t.oid, NULL) ELSE 'USER-DEFINED' END AS data_type,
  information_schema._pg_char_max_length(t.oid, a.atttypmod) AS character_maximum_length,
  information_schema._pg_char_octet_length(t.oid, a.atttypmod) AS character_octet_length,
  information_schema._pg_numeric_precision(t.oid, a.atttypmod) AS numeric_precision,
  information_schema._pg_numeric_precision_radix(t.oid, a.atttypmod) AS numeric_precision_radix,
  information_schema._pg_numeric_scale(t.oid, a.atttypmod) AS numeric_scale,
  information_schema._pg_datetime_precision(t.oid, a.atttypmod) AS datetime_precision,
  CASE WHEN co.collname <> 'default' THEN current_database() END AS collation_catalog,
  CASE WHEN co.collname <> 'default' THEN con.nspname END AS collation_schema,
  CASE WHEN co.collname <> 'default' THEN co.collname END AS collation_name,
  current_database() AS attribute_udt_catalog, tn.nspname AS attribute_udt_schema, t.typname AS attribute_udt_name,
  a.attnum AS dtd_identifier, 'NO' AS is_derived_reference_attribute
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace tn ON tn.oid = t.typnamespace
  LEFT JOIN pg_collation co ON co.oid = a.attcollation LEFT JOIN pg_namespace con ON con.oid = co.collnamespace
WHERE c.relkind = 'c' AND a.attnum > 0 AND NOT a.attisdropped
