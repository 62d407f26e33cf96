SELECT s.oid, s.srvoptions, current_database(), s.srvname, current_database(), w.fdwname, s.srvtype, s.srvversion,
  pg_get_userbyid(s.srvowner)
FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
