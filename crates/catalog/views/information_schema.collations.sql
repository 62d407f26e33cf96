SELECT current_database(), n.nspname, c.collname, 'NO PAD'
FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
