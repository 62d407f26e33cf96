SELECT relname, relkind, reltoastrelid <> 0 FROM pg_class WHERE relnamespace = 'x'::regnamespace ORDER BY 1

SELECT c.relname, t.relname = 'pg_toast_' || c.oid, t.relnamespace::regnamespace, t.relpersistence, t.relkind, t.relnatts, t.relacl, t.relhasindex, t.relreplident, t.relam, t.reltype, t.relfilenode <> 0, t.reltoastrelid, t.relowner::regrole FROM pg_class c JOIN pg_class t ON t.oid = c.reltoastrelid WHERE c.relname IN ('quick', 'list', 'kept') ORDER BY 1

SELECT c.relname, i.relname = t.relname || '_index', i.relkind, i.relpersistence, i.relnatts, x.indnatts, x.indisunique, x.indisprimary, x.indkey, x.indclass, x.indcollation, x.indoption FROM pg_class c JOIN pg_class t ON t.oid = c.reltoastrelid JOIN pg_index x ON x.indrelid = t.oid JOIN pg_class i ON i.oid = x.indexrelid WHERE c.relname IN ('quick', 'list') ORDER BY 1

SELECT c.relname, a.attname, a.atttypid::regtype, a.attnum, a.attlen, a.attnotnull, a.attstorage, a.attbyval, a.attalign FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.reltoastrelid WHERE c.relname = 'list' ORDER BY attnum

SELECT a.attname, a.atttypid::regtype, a.attnum, a.attnotnull, a.attstorage FROM pg_class c JOIN pg_index x ON x.indrelid = c.reltoastrelid JOIN pg_attribute a ON a.attrelid = x.indexrelid WHERE c.relname = 'list' ORDER BY attnum

SELECT d.classid::regclass, d.refclassid::regclass, d.refobjid = c.oid, d.refobjsubid, d.deptype FROM pg_class c JOIN pg_depend d ON d.objid = c.reltoastrelid WHERE c.relname = 'list'

SELECT d.classid::regclass, d.refclassid::regclass, d.refobjid = c.reltoastrelid, d.refobjsubid, d.deptype FROM pg_class c JOIN pg_index x ON x.indrelid = c.reltoastrelid JOIN pg_depend d ON d.objid = x.indexrelid WHERE c.relname = 'list' ORDER BY 4

SELECT relname, pg_relation_size(oid), pg_table_size(oid), pg_indexes_size(oid), pg_total_relation_size(oid), pg_table_size(nullif(reltoastrelid, 0)), pg_total_relation_size(nullif(reltoastrelid, 0)), pg_indexes_size(nullif(reltoastrelid, 0)) FROM pg_class WHERE relname IN ('list', 'indexed', 'bounded', 'divided') ORDER BY 1

SELECT count(*), count(DISTINCT t.relname::regclass) FROM pg_class c, LATERAL (SELECT 'pg_toast.pg_toast_' || c.oid AS relname) t WHERE c.reltoastrelid <> 0 AND to_regclass(t.relname) = c.reltoastrelid AND c.oid < 16384

SELECT relname, oid, relhasindex, relpersistence FROM pg_class WHERE relnamespace = 'pg_toast'::regnamespace AND oid < 16384 ORDER BY relname LIMIT 12

SELECT oid, nspname FROM pg_namespace WHERE oid BETWEEN 12000 AND 16383

SELECT count(*), min(oid), max(oid), count(DISTINCT collversion) FROM pg_collation WHERE collprovider = 'i'

SELECT oid, collname, colllocale, collencoding FROM pg_collation WHERE collname IN ('de-x-icu', 'C.utf8', 'en-US-x-icu', 'und-x-icu') ORDER BY 1

SELECT oid, lanname, lanplcallfoid::oid FROM pg_language ORDER BY 1

SELECT cfgname, oid FROM pg_ts_config ORDER BY 1

SELECT deptype, count(*) FROM pg_depend WHERE objid < 16384 GROUP BY 1 ORDER BY 1

SELECT conname, pg_get_constraintdef(oid), pg_get_constraintdef(oid, true) FROM pg_constraint WHERE oid < 16384 AND contype = 'c' ORDER BY 1

SELECT relname, length(pg_get_viewdef(oid)), length(pg_get_viewdef(oid, true)), pg_relation_is_updatable(oid, false), pg_column_is_updatable(oid, 1::int2, false) FROM pg_class WHERE relkind = 'v' AND oid < 16384 ORDER BY 1

SELECT viewname, definition FROM pg_views WHERE viewname = 'pg_roles'

SELECT schemaname, tablename, rulename, definition FROM pg_rules WHERE schemaname <> 'x' ORDER BY 3

SELECT c.relname, r.oid, pg_get_ruledef(r.oid), pg_get_ruledef(r.oid, true) FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE c.relname IN ('pg_user', 'pg_settings') ORDER BY 2

SELECT table_name, column_name, is_updatable FROM information_schema.columns WHERE table_name IN ('pg_group', 'pg_am', 'not_kept') ORDER BY 1, 2

SELECT table_schema, table_name, is_updatable, is_insertable_into, length(view_definition) FROM information_schema.views ORDER BY 1, 2 LIMIT 30

SELECT view_name, table_schema, table_name, column_name FROM information_schema.view_column_usage WHERE view_name IN ('pg_roles', 'pg_user', 'enabled_roles') ORDER BY 1, 2, 3, 4

SELECT pg_relation_is_updatable('pg_class'::regclass, false), pg_column_is_updatable('pg_class'::regclass, 1::int2, false), pg_column_is_updatable('pg_class'::regclass, -1::int2, false), pg_relation_is_updatable('pg_class_oid_index'::regclass, false)

SELECT relname, replace(pg_get_partition_constraintdef(c.oid), 'p.hashed'::regclass::oid::text, 'OID') FROM pg_class c WHERE relnamespace = 'p'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1

SELECT relname, pg_get_expr(relpartbound, oid) FROM pg_class WHERE relnamespace = 'p'::regnamespace AND relispartition AND relkind IN ('r', 'p') ORDER BY 1

SELECT array_agg(row(n.nspname, 1) ORDER BY n.oid) FROM pg_namespace n WHERE oid IN (11, 99)

SELECT x.pairs, pg_typeof(x.pairs) FROM pg_am a JOIN LATERAL (SELECT array_agg(row(o.amname, o.amtype) ORDER BY o.oid) AS pairs FROM pg_am o WHERE o.amtype = a.amtype) x ON true WHERE a.oid = 2

SELECT DISTINCT pg_describe_object(classid, objid, objsubid) AS said FROM pg_depend WHERE refobjid IN ('x'::regnamespace, 'x.indexed'::regclass, 'p.one'::regclass, 'x.short'::regtype, 'x.list_of_moods'::regclass, 'x.mood'::regtype) AND NOT pg_describe_object(classid, objid, objsubid) ~ '[0-9]{4}' ORDER BY 1

SELECT pg_describe_object(1259, 'x.indexed'::regclass, 1), pg_describe_object(1259, 'x.indexed'::regclass, 7), pg_describe_object(1259, 'pg_class'::regclass, 2), pg_describe_object(1247, 23, 0), pg_describe_object(1260, 10, 0), pg_describe_object(1262, 1, 0), pg_describe_object(2612, 14, 0), pg_describe_object(2615, 11, 0), pg_describe_object(3456, 100, 0), pg_describe_object(2617, 96, 0), pg_describe_object(2601, 403, 0), pg_describe_object(1213, 1663, 0), pg_describe_object(1255, 'pg_backend_pid'::regproc, 0)

SELECT pg_describe_object(2605, 10066, 0), pg_describe_object(2616, 4218, 0), pg_describe_object(2753, 3194, 0), pg_describe_object(2607, 4402, 0), pg_describe_object(3079, 13494, 0), pg_describe_object(3600, 13098, 0), pg_describe_object(3601, 3722, 0), pg_describe_object(3602, 13103, 0), pg_describe_object(3764, 3727, 0), pg_describe_object(1259, 1, 0), pg_describe_object(2618, 12108, 0)

SELECT pg_describe_object(classid, objid, 0) AS object_description FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' ORDER BY 1

SELECT i.relname, a.attname FROM pg_class c JOIN pg_index x ON x.indrelid = c.oid JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_attribute a ON a.attrelid = i.oid WHERE c.relname = 'named' ORDER BY 1, a.attnum

SELECT oid::regprocedure, pg_get_function_arguments(oid), pg_get_function_result(oid), prolang, procost, provariadic::regtype, proisstrict, provolatile, proparallel, pronargs, proargmodes, prosrc FROM pg_proc WHERE pronamespace = 'r'::regnamespace ORDER BY oid::regprocedure::text

SELECT pg_describe_object(classid, objid, 0) AS said, refobjid::regtype, deptype FROM pg_depend WHERE classid = 1255 AND refclassid = 1247 AND objid >= 16384 ORDER BY 1, refobjid::regtype::text, 3

SELECT pg_get_indexdef('pg_class_oid_index'::regclass), pg_get_indexdef('pg_class_oid_index'::regclass, 0, true), pg_get_indexdef('pg_class_oid_index'::regclass, 1, false), pg_get_indexdef('pg_proc_proname_args_nsp_index'::regclass, 2, true), pg_get_indexdef('pg_class_oid_index'::regclass, 5, true), pg_get_indexdef('pg_class'::regclass)

SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('pg_type', 'pg_depend') ORDER BY 1

SELECT oid::regprocedure, pg_get_function_arguments(oid), pg_get_function_arg_default(oid, 2) FROM pg_proc WHERE pronargdefaults > 0 AND oid < 16384 ORDER BY oid

SELECT f.opfname, string_agg(format_type(c.opcintype, NULL), ', ') FROM pg_opfamily f JOIN pg_opclass c ON c.opcfamily = f.oid WHERE f.opfname IN ('float_ops', 'integer_ops', 'text_ops') AND f.opfmethod = 403 GROUP BY 1 ORDER BY 1

SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.atttypmod FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relname IN ('times', 'like_times') AND attnum > 0 ORDER BY 1, attnum

SELECT column_name, interval_type, datetime_precision FROM information_schema.columns WHERE table_name = 'times' ORDER BY ordinal_position

SELECT coalesce(conrelid::regclass::text, contypid::regtype::text), conname, conislocal, coninhcount FROM pg_constraint WHERE connamespace = 'r'::regnamespace AND contype = 'n' ORDER BY conrelid::regclass::text, contypid::regtype::text, 2

SELECT relname, reloftype::regtype FROM pg_class WHERE reloftype <> 0

SELECT oid::regprocedure, pg_get_function_arguments(oid), pg_get_function_identity_arguments(oid) FROM pg_proc JOIN pg_aggregate ON aggfnoid = pg_proc.oid WHERE aggkind <> 'n' ORDER BY oid

SELECT pg_size_pretty(0::numeric), pg_size_pretty(16384::numeric), pg_size_pretty(-1048576000::numeric), pg_size_pretty(sum(n)) FROM (SELECT 8192::bigint AS n FROM pg_am) AS x

SELECT name, setting, context, source, boot_val, reset_val FROM pg_settings WHERE name IN ('server_encoding', 'transaction_isolation', 'transaction_read_only', 'block_size', 'work_mem', 'search_path') ORDER BY 1

SELECT objid::regclass, refobjid::regclass, refobjsubid, deptype FROM pg_depend WHERE objid IN ('x.worded_by'::regclass, 'x.worded_with'::regclass, 'x.worded_none'::regclass) AND classid = 1259 ORDER BY objid::regclass::text, 3
