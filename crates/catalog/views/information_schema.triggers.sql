SELECT current_database() AS trigger_catalog, n.nspname AS trigger_schema, t.tgname AS trigger_name, e.name AS event_manipulation,
  current_database() AS event_object_catalog, n.nspname AS event_object_schema, c.relname AS event_object_table,
  rank() OVER (PARTITION BY t.tgrelid, e.bit, t.tgtype & 1, t.tgtype & 66 ORDER BY t.tgname) AS action_order,
  CASE WHEN pg_has_role(c.relowner, 'USAGE') THEN
    (regexp_match(pg_get_triggerdef(t.oid), ' WHEN \((.*)\) EXECUTE '))[1] END AS action_condition,
  regexp_replace(pg_get_triggerdef(t.oid), '^.* (EXECUTE (FUNCTION|PROCEDURE) )', '\1') AS action_statement,
  CASE WHEN t.tgtype & 1 = 1 THEN 'ROW' ELSE 'STATEMENT' END AS action_orientation,
  CASE t.tgtype & 66 WHEN 2 THEN 'BEFORE' WHEN 64 THEN 'INSTEAD OF' ELSE 'AFTER' END AS action_timing,
  t.tgoldtable AS action_reference_old_table, t.tgnewtable AS action_reference_new_table
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  CROSS JOIN (VALUES (4, 'INSERT'), (8, 'DELETE'), (16, 'UPDATE')) e(bit, name)
WHERE NOT t.tgisinternal AND t.tgtype & e.bit = e.bit
