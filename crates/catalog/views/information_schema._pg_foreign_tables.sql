SELECT current_database(), n.nspname, c.relname, f.ftoptions, current_database(), s.srvname, pg_get_userbyid(c.relowner)
FROM pg_foreign_table f JOIN pg_class c ON c.oid = f.ftrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_foreign_server s ON s.oid = f.ftserver
