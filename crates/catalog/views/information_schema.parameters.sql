SELECT current_database() AS specific_catalog, p.nspname AS specific_schema, p.proname || '_' || p.oid AS specific_name,
  p.place AS ordinal_position, CASE p.mode WHEN 'o' THEN 'OUT' WHEN 'b' THEN 'INOUT' WHEN 't' THEN 'OUT' ELSE 'IN' END AS parameter_mode,
  'NO' AS is_result, 'NO' AS as_locator, nullif(p.name, '') AS parameter_name,
  CASE WHEN t.typtype = 'b' AND t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY'
    WHEN tn.nspname = 'pg_catalog' THEN format_type(t.oid, NULL) ELSE 'USER-DEFINED' END AS data_type,
  current_database() AS udt_catalog, tn.nspname AS udt_schema, t.typname AS udt_name, p.place AS dtd_identifier,
  CASE WHEN pg_has_role(p.proowner, 'USAGE') THEN pg_get_function_arg_default(p.oid, p.place::int) END AS parameter_default
FROM (SELECT f.oid, f.proname, f.proowner, n.nspname, x.n AS place, x.x AS type, f.proargmodes[x.n] AS mode, f.proargnames[x.n] AS name
      FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
        CROSS JOIN LATERAL information_schema._pg_expandarray(coalesce(f.proallargtypes, f.proargtypes::oid[])) x) p
  JOIN pg_type t ON t.oid = p.type JOIN pg_namespace tn ON tn.oid = t.typnamespace
