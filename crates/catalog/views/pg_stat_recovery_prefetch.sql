SELECT pg_postmaster_start_time(), 0, 0, 0, 0, 0, 0, 0, 0, 0
