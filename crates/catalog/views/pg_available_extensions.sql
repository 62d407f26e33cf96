SELECT e.extname, e.extversion, e.extversion, obj_description(e.oid, 'pg_extension') FROM pg_extension e
