SELECT u.oid, s.oid, s.srvname, u.umuser, coalesce(pg_get_userbyid(nullif(u.umuser, 0)), 'public'), u.umoptions
FROM pg_user_mapping u JOIN pg_foreign_server s ON s.oid = u.umserver
