SELECT oid, 'class ' || relname FROM pg_class WHERE oid > 16383
UNION ALL SELECT oid, 'type ' || typname FROM pg_type WHERE oid > 16383
UNION ALL SELECT oid, 'constraint ' || conname FROM pg_constraint WHERE oid > 16383
UNION ALL SELECT oid, 'schema ' || nspname FROM pg_namespace WHERE oid > 16383
