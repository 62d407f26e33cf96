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
