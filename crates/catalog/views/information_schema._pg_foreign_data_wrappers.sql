SELECT oid, fdwowner, fdwoptions, current_database(), fdwname, pg_get_userbyid(fdwowner), 'c' FROM pg_foreign_data_wrapper
