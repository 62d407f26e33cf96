SELECT grantor, grantee, table_schema, table_name, privilege_type, is_grantable, with_hierarchy FROM information_schema.table_privileges WHERE table_schema = 'public' ORDER BY table_name, privilege_type, grantee

SELECT grantee, table_name, column_name, privilege_type, is_grantable FROM information_schema.column_privileges WHERE table_name = 'books' ORDER BY column_name, privilege_type

SELECT table_name, column_name, udt_schema, udt_name FROM information_schema.column_udt_usage WHERE table_schema = 'public' ORDER BY table_name, column_name

SELECT domain_schema, domain_name, data_type, character_maximum_length, numeric_precision, datetime_precision, udt_name, dtd_identifier FROM information_schema.domains WHERE domain_schema = 'information_schema' ORDER BY domain_name

SELECT constraint_name, domain_name, is_deferrable, initially_deferred FROM information_schema.domain_constraints WHERE domain_schema = 'information_schema' ORDER BY constraint_name

SELECT udt_name, domain_name FROM information_schema.domain_udt_usage WHERE domain_schema = 'information_schema' ORDER BY domain_name

SELECT object_name, object_type, collection_type_identifier, data_type, udt_name, dtd_identifier FROM information_schema.element_types WHERE object_schema = 'public' ORDER BY object_name

SELECT object_name, object_type, data_type, dtd_identifier FROM information_schema.element_types WHERE object_schema = 'information_schema' AND object_name NOT LIKE '\_pg\_expandarray%' ORDER BY object_name, dtd_identifier

SELECT count(*), count(parameter_name), count(DISTINCT parameter_mode), sum(ordinal_position::int) FROM information_schema.parameters WHERE specific_schema = 'pg_catalog'

SELECT ordinal_position, parameter_mode, parameter_name, data_type, udt_name, dtd_identifier FROM information_schema.parameters WHERE specific_name LIKE 'aclexplode\_%' ORDER BY 1

SELECT routine_type, data_type, count(*), count(routine_definition), count(external_name), count(type_udt_name) FROM information_schema.routines WHERE routine_schema = 'pg_catalog' AND data_type IN ('ARRAY', 'void', 'boolean', 'text') GROUP BY 1, 2 ORDER BY 1, 2

SELECT grantee, privilege_type, is_grantable, count(*) FROM information_schema.routine_privileges WHERE routine_schema = 'information_schema' GROUP BY 1, 2, 3 ORDER BY 1, 3

SELECT grantee, object_name, object_type, is_grantable FROM information_schema.usage_privileges WHERE object_schema = 'information_schema' ORDER BY object_name, grantee

SELECT grantee, udt_name, privilege_type, is_grantable FROM information_schema.udt_privileges WHERE udt_schema = 'public' ORDER BY udt_name, grantee

SELECT feature_id, feature_name, sub_feature_name, is_supported, is_verified_by, comments FROM information_schema.sql_features WHERE feature_id IN ('E021', 'T611') ORDER BY 1, 3

SELECT * FROM information_schema.sql_sizing ORDER BY sizing_id

SELECT * FROM information_schema.sql_parts ORDER BY feature_id

SELECT object_type, count(*) FROM information_schema.data_type_privileges WHERE object_schema = 'public' GROUP BY object_type

SELECT schemaname, relname, seq_scan, last_seq_scan, n_live_tup, vacuum_count, last_vacuum FROM pg_stat_user_tables WHERE relname = 'nothing'

SELECT schemaname, relname, indexrelname FROM pg_stat_user_indexes ORDER BY indexrelname

SELECT schemaname, relname FROM pg_stat_xact_user_tables ORDER BY relname

SELECT schemaname, relname, blks_read IS NULL FROM pg_statio_user_sequences

SELECT name, installed_version, comment FROM pg_available_extensions WHERE name = 'plpgsql'

SELECT name, version, installed, superuser, trusted, relocatable, schema, requires, comment FROM pg_available_extension_versions WHERE installed

SELECT name FROM pg_stat_slru ORDER BY name

SELECT type, count(*) FROM pg_wait_events WHERE type NOT IN ('Extension', 'InjectionPoint') GROUP BY type ORDER BY type

SELECT mapcfg::regconfig, maptokentype, mapseqno, mapdict::regdictionary FROM pg_ts_config_map WHERE mapcfg = 'simple'::regconfig ORDER BY 2

SELECT objoid::regclass, privtype, initprivs FROM pg_init_privs WHERE classoid = 'pg_class'::regclass AND objoid IN ('pg_authid'::regclass, 'pg_statistic'::regclass) AND objsubid = 0 ORDER BY objoid

SELECT count(*) FROM pg_stat_archiver, pg_stat_bgwriter, pg_stat_checkpointer, pg_stat_wal, pg_stat_recovery_prefetch

SELECT schemaname, matviewname, matviewowner, tablespace, hasindexes, ispopulated FROM pg_matviews

SELECT schemaname, tablename, policyname, permissive, roles, cmd FROM pg_policies

SELECT * FROM pg_publication_tables

SELECT * FROM pg_user_mappings

SELECT foreign_server_name, option_name FROM information_schema.foreign_server_options
