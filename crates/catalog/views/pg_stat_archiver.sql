SELECT 0 AS archived_count, 0 AS failed_count, pg_postmaster_start_time() AS stats_reset
