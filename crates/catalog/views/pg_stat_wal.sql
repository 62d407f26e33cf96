SELECT 0, 0, 0, 0, pg_postmaster_start_time()
