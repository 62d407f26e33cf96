SELECT c.oid AS relid, n.nspname AS schemaname, c.relname, 0 AS seq_scan, 0 AS seq_tup_read,
  CASE WHEN c.relhasindex THEN 0 END AS idx_scan, CASE WHEN c.relhasindex THEN 0 END AS idx_tup_fetch,
  0 AS n_tup_ins, 0 AS n_tup_upd, 0 AS n_tup_del, 0 AS n_tup_hot_upd, 0 AS n_tup_newpage_upd, 0 AS n_live_tup, 0 AS n_dead_tup,
  0 AS n_mod_since_analyze, 0 AS n_ins_since_vacuum, 0 AS vacuum_count, 0 AS autovacuum_count, 0 AS analyze_count,
  0 AS autoanalyze_count, 0 AS total_vacuum_time, 0 AS total_autovacuum_time, 0 AS total_analyze_time, 0 AS total_autoanalyze_time
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 't', 'm', 'p') AND NOT (n.nspname IN ('pg_catalog', 'information_schema') OR n.nspname ~ '^pg_toast')
