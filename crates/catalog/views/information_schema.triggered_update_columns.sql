SELECT current_database(), n.nspname, t.tgname, current_database(), n.nspname, c.relname, a.attname
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (t.tgattr::int2[])
WHERE NOT t.tgisinternal AND t.tgtype & 16 = 16
