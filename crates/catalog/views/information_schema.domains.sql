SELECT current_database() AS domain_catalog, n.nspname AS domain_schema, d.typname AS domain_name,
  CASE WHEN t.typtype = 'b' AND t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY'
    WHEN tn.nspname = 'pg_catalog' THEN format_type(t.oid, NULL) ELSE 'USER-DEFINED' END AS data_type,
  information_schema._pg_char_max_length(t.oid, d.typtypmod) AS character_maximum_length,
  information_schema._pg_char_octet_length(t.oid, d.typtypmod) AS character_octet_length,
  information_schema._pg_numeric_precision(t.oid, d.typtypmod) AS numeric_precision,
  information_schema._pg_numeric_precision_radix(t.oid, d.typtypmod) AS numeric_precision_radix,
  information_schema._pg_numeric_scale(t.oid, d.typtypmod) AS numeric_scale,
  information_schema._pg_datetime_precision(t.oid, d.typtypmod) AS datetime_precision,
  CASE WHEN co.collname <> 'default' THEN current_database() END AS collation_catalog,
  CASE WHEN co.collname <> 'default' THEN con.nspname END AS collation_schema,
  CASE WHEN co.collname <> 'default' THEN co.collname END AS collation_name,
  d.typdefault AS domain_default, current_database() AS udt_catalog, tn.nspname AS udt_schema, t.typname AS udt_name,
  1 AS dtd_identifier
FROM pg_type d JOIN pg_namespace n ON n.oid = d.typnamespace JOIN pg_type t ON t.oid = d.typbasetype
  JOIN pg_namespace tn ON tn.oid = t.typnamespace
  LEFT JOIN pg_collation co ON co.oid = d.typcollation LEFT JOIN pg_namespace con ON con.oid = co.collnamespace
WHERE d.typtype = 'd'
