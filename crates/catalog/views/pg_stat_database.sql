SELECT d.oid AS datid, d.datname, (SELECT count(*) FROM pg_stat_activity a WHERE a.datid = d.oid) AS numbackends,
  0 AS xact_commit, 0 AS xact_rollback, 0 AS blks_read, 0 AS blks_hit, 0 AS tup_returned, 0 AS tup_fetched, 0 AS tup_inserted,
  0 AS tup_updated, 0 AS tup_deleted, 0 AS conflicts, 0 AS temp_files, 0 AS temp_bytes, 0 AS deadlocks, 0 AS checksum_failures,
  0 AS blk_read_time, 0 AS blk_write_time, 0 AS session_time, 0 AS active_time, 0 AS idle_in_transaction_time, 0 AS sessions,
  0 AS sessions_abandoned, 0 AS sessions_fatal, 0 AS sessions_killed, 0 AS parallel_workers_to_launch,
  0 AS parallel_workers_launched
FROM (SELECT 0::oid AS oid, NULL::name AS datname UNION ALL SELECT oid, datname FROM pg_database) d
