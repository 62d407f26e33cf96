SELECT n.nspname, c.relname, a.attname, a.attfdwoptions
FROM pg_foreign_table f JOIN pg_class c ON c.oid = f.ftrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid
WHERE a.attnum > 0
