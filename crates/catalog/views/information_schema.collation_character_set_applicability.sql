SELECT current_database(), n.nspname, o.collname, NULL, NULL, 'UTF8'
FROM pg_collation o JOIN pg_namespace n ON n.oid = o.collnamespace WHERE o.collencoding IN (-1, 6)
