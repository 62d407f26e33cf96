SELECT current_database(), n.nspname, pg_get_userbyid(n.nspowner), NULL, NULL, NULL, NULL
FROM pg_namespace n
