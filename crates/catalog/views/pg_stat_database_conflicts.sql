SELECT oid, datname, 0, 0, 0, 0, 0, 0 FROM pg_database
