SELECT current_database() AS specific_catalog, n.nspname AS specific_schema, p.proname || '_' || p.oid AS specific_name,
  current_database() AS routine_catalog, n.nspname AS routine_schema, p.proname AS routine_name,
  CASE p.prokind WHEN 'f' THEN 'FUNCTION' WHEN 'p' THEN 'PROCEDURE' END AS routine_type,
  CASE WHEN p.prokind = 'p' THEN NULL
    WHEN t.typlen = -1 AND t.typelem <> 0 THEN 'ARRAY'
    WHEN tn.nspname = 'pg_catalog' THEN format_type(t.oid, NULL) ELSE 'USER-DEFINED' END AS data_type,
  CASE WHEN p.prokind <> 'p' THEN current_database() END AS type_udt_catalog,
  CASE WHEN p.prokind <> 'p' THEN tn.nspname END AS type_udt_schema, CASE WHEN p.prokind <> 'p' THEN t.typname END AS type_udt_name,
  CASE WHEN p.prokind <> 'p' THEN 0 END AS dtd_identifier, CASE WHEN l.lanname = 'sql' THEN 'SQL' ELSE 'EXTERNAL' END AS routine_body,
  CASE WHEN pg_has_role(p.proowner, 'USAGE') THEN p.prosrc END AS routine_definition,
  CASE WHEN l.lanname = 'c' THEN p.prosrc END AS external_name, upper(l.lanname) AS external_language,
  'GENERAL' AS parameter_style, CASE WHEN p.provolatile = 'i' THEN 'YES' ELSE 'NO' END AS is_deterministic,
  'MODIFIES' AS sql_data_access,
  CASE WHEN p.prokind <> 'p' THEN CASE WHEN p.proisstrict THEN 'YES' ELSE 'NO' END END AS is_null_call,
  'YES' AS schema_level_routine, 0 AS max_dynamic_result_sets,
  CASE WHEN p.prosecdef THEN 'DEFINER' ELSE 'INVOKER' END AS security_type, 'NO' AS as_locator, 'NO' AS is_udt_dependent
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
  LEFT JOIN pg_type t ON t.oid = p.prorettype AND p.prokind <> 'p' LEFT JOIN pg_namespace tn ON tn.oid = t.typnamespace
