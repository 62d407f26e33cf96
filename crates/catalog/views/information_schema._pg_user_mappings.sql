SELECT u.oid, u.umoptions, u.umuser, coalesce(pg_get_userbyid(nullif(u.umuser, 0)), 'PUBLIC'), current_database(), s.srvname, s.srvowner
FROM pg_user_mapping u JOIN pg_foreign_server s ON s.oid = u.umserver
