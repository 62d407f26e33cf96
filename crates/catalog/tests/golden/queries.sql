SELECT n.nspname, c.relname, c.relkind, c.relnatts, c.relchecks, c.relhasindex, c.relhastriggers, c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('public', 'sales') AND c.relkind IN ('r', 'v', 'i') ORDER BY 1, 2

SELECT a.attname, a.atttypid, a.attlen, a.attnum, a.atttypmod, a.attnotnull, a.atthasdef, a.attidentity, a.attgenerated, a.attstorage, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a WHERE a.attrelid = 'customers'::regclass AND a.attnum > 0 ORDER BY a.attnum

SELECT a.attname, t.typname, pg_get_expr(d.adbin, d.adrelid) FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attrelid = 'public.customers'::regclass AND attnum > 0 ORDER BY attnum

SELECT conname, contype, conrelid::regclass, conindid::regclass, confrelid::regclass, confupdtype, confdeltype, confmatchtype, conkey, confkey, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid IN ('customers'::regclass, 'sales.orders'::regclass) ORDER BY conrelid::regclass::text, conname

SELECT indexrelid::regclass, indrelid::regclass, indnatts, indisunique, indisprimary, indkey, indclass, indcollation, indoption, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid::regclass::text IN ('customers', 'sales.orders') ORDER BY 1::text, indexrelid::regclass::text

SELECT i.relname, ARRAY(SELECT pg_get_indexdef(x.indexrelid, k + 1, true) FROM generate_subscripts(x.indkey, 1) k ORDER BY k) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = 'sales.orders'::regclass ORDER BY 1

SELECT c.relname, o.conname, k.n, a.attname FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid CROSS JOIN LATERAL unnest(o.conkey) WITH ORDINALITY k(attnum, n) JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.attnum WHERE o.contype IN ('p', 'f', 'u') AND o.connamespace IN ('public'::regnamespace, 'sales'::regnamespace) ORDER BY 1, 2, 3

SELECT c.relname, obj_description(c.oid, 'pg_class'), col_description(c.oid, 3) FROM pg_class c WHERE c.relname IN ('customers', 'orders') ORDER BY 1

SELECT table_schema, table_name, table_type, is_insertable_into FROM information_schema.tables WHERE table_schema IN ('public', 'sales') AND table_type = 'BASE TABLE' ORDER BY 1, 2

SELECT column_name, ordinal_position, column_default, is_nullable, data_type, character_maximum_length, character_octet_length, numeric_precision, numeric_precision_radix, numeric_scale, datetime_precision, udt_schema, udt_name, dtd_identifier, is_identity, identity_generation, identity_maximum, is_generated, is_updatable FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'customers' ORDER BY ordinal_position

SELECT column_name, data_type, udt_name, character_maximum_length, numeric_precision FROM information_schema.columns WHERE table_name = 'orders' ORDER BY ordinal_position

SELECT constraint_schema, constraint_name, table_name, constraint_type, is_deferrable, enforced, nulls_distinct FROM information_schema.table_constraints WHERE table_schema IN ('public', 'sales') ORDER BY 1, 2

SELECT constraint_name, table_name, column_name, ordinal_position, position_in_unique_constraint FROM information_schema.key_column_usage WHERE constraint_schema IN ('public', 'sales') ORDER BY 1, 4

SELECT constraint_name, unique_constraint_name, match_option, update_rule, delete_rule FROM information_schema.referential_constraints ORDER BY 1

SELECT table_name, column_name, constraint_name FROM information_schema.constraint_column_usage WHERE table_schema IN ('public', 'sales') ORDER BY 1, 2, 3

SELECT constraint_name, check_clause FROM information_schema.check_constraints WHERE constraint_schema IN ('public', 'sales') ORDER BY 1

SELECT tc.table_schema, tc.constraint_name, kcu.column_name, ccu.table_schema AS foreign_table_schema, ccu.table_name AS foreign_table_name, ccu.column_name AS foreign_column_name FROM information_schema.table_constraints AS tc JOIN information_schema.key_column_usage AS kcu ON tc.constraint_name = kcu.constraint_name AND tc.table_schema = kcu.table_schema JOIN information_schema.constraint_column_usage AS ccu ON ccu.constraint_name = tc.constraint_name WHERE tc.constraint_type = 'FOREIGN KEY'

SELECT schemaname, tablename, hasindexes, hastriggers FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2

SELECT schemaname, indexname, indexdef FROM pg_indexes WHERE tablename = 'orders' ORDER BY 2

SELECT oid, typname, typreceive, typbasetype, typrelid, typarray FROM pg_catalog.pg_type WHERE (typreceive != 0 OR typsend != 0) AND typtype != 'r' AND typreceive::text != 'array_recv' AND oid < 1000 ORDER BY oid

SELECT t.typname, t.typtype, t.typcategory, t.typrelid::regclass, e.typname FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typarray WHERE t.typrelid = 'customers'::regclass

WITH RECURSIVE typeinfo_tree(oid, depth) AS (SELECT t.oid, 0 FROM pg_type t WHERE t.typname = '_int4' UNION ALL SELECT t.typelem, depth + 1 FROM typeinfo_tree ti JOIN pg_type t ON t.oid = ti.oid WHERE t.typelem <> 0 AND depth < 10) SELECT oid, depth FROM typeinfo_tree ORDER BY depth

SELECT current_schema(), current_schemas(true), pg_is_in_recovery(), pg_table_is_visible('customers'::regclass), pg_table_is_visible('sales.orders'::regclass), to_regclass('nope'), to_regclass('sales.orders'), 'int4[]'::regtype, format_type(1043, 24), quote_ident('a b')

SELECT 'current_database'::regproc, 'sum(int4)'::regprocedure, 'pg_class'::regclass::oid, 11::regnamespace, '+(int4,int4)'::regoperator FROM pg_class LIMIT 1

SELECT relkind, count(*), min(relname), bool_or(relhasindex), array_agg(relname ORDER BY relname DESC) FROM pg_class WHERE relnamespace = 'sales'::regnamespace GROUP BY relkind HAVING count(*) > 0 ORDER BY relkind

SELECT row_number() OVER (PARTITION BY relkind ORDER BY relname), rank() OVER (ORDER BY relkind), relname FROM pg_class WHERE relnamespace = 'sales'::regnamespace ORDER BY relname

SELECT x, y FROM (VALUES (1, 'a'), (2, NULL), (3, 'c')) v(x, y) FULL JOIN (SELECT oid AS o FROM pg_am WHERE oid = 2) a ON a.o = x::oid ORDER BY x NULLS FIRST

SELECT typname ~ '^int[248]$', typname LIKE 'int_', typname ~~* 'INT%', typname FROM pg_type WHERE typname OPERATOR(pg_catalog.~) '^(int.)$' COLLATE pg_catalog.default ORDER BY typname

SELECT DISTINCT ON (typcategory) typcategory, typname FROM pg_type WHERE typnamespace = 11 AND typtype = 'b' AND oid < 1000 ORDER BY typcategory, typname

SELECT array_to_string(ARRAY[1, NULL, 3], ',', '*'), (ARRAY[1, 2, 3])[2:3], ARRAY[[1, 2], [3, 4]], string_to_array('a,b', ','), 1 = ANY('{1,2}'), 5 <> ALL('{1,2}'), '{1,2}'::int[] || 3, array_length('{1,2}'::int[], 1), array_upper('1 2 3'::int2vector, 1) FROM pg_namespace WHERE nspname = 'pg_catalog'

SELECT 7 / 2, 7 % 3, -7 / 2, 1.5 + 2, 2::int8 * 3, 'a' || 1, NULL || 'a', coalesce(NULL, 2), nullif(1, 1), greatest(1, 3, 2), CASE 1 WHEN 2 THEN 'x' ELSE 'y' END, 1 IS DISTINCT FROM NULL, (1, 2) = (1, 2), 'abc' BETWEEN 'a' AND 'b' FROM pg_namespace WHERE nspname = 'pg_catalog'

SELECT substring('abcdef' FROM 2 FOR 3), position('c' IN 'abc'), trim(both 'x' from 'xax'), split_part('a.b.c', '.', 2), replace('aa', 'a', 'b'), lpad('x', 3, '-'), upper('q'), left('abc', -1) FROM pg_namespace WHERE nspname = 'nope'

SELECT nope FROM pg_class

SELECT * FROM pg_catalog.pg_nope

SELECT c.nope FROM pg_class c

SELECT oid FROM pg_class, pg_type

SELECT pg_table_is_visible(1, 2, 3) FROM pg_class

SELECT relname FROM pg_class WHERE relname

SELECT oid = 'x' FROM pg_class

SELECT relname FROM pg_class WHERE count(*) > 1

SELECT (SELECT oid FROM pg_class) FROM pg_class

SELECT current_setting('nope')

SELECT seqrelid::regclass, seqtypid, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle FROM pg_sequence ORDER BY seqrelid::regclass::text

SELECT * FROM pg_sequences ORDER BY sequencename

SELECT * FROM information_schema.sequences ORDER BY sequence_name

SELECT relname, reltype, relam, relpages, reltuples, relkind, relnatts, relpersistence, relreplident, relispopulated FROM pg_class WHERE relkind = 'S' AND oid > 16383 ORDER BY relname

SELECT attrelid::regclass, attname, atttypid, attlen, attnum, attnotnull, atthasdef, attalign, attstorage FROM pg_attribute WHERE attrelid = 'customers_id_seq'::regclass AND attnum > 0 ORDER BY attnum

SELECT d.classid::regclass, CASE d.classid WHEN 'pg_class'::regclass THEN d.objid::regclass::text END, d.refclassid::regclass, d.refobjid::regclass, d.refobjsubid, d.deptype FROM pg_depend d WHERE d.refclassid = 'pg_class'::regclass AND (d.refobjid IN (SELECT seqrelid FROM pg_sequence) OR d.objid IN (SELECT seqrelid FROM pg_sequence)) ORDER BY 1, 2, 4::text

SELECT pg_get_serial_sequence('customers', 'id'), pg_get_serial_sequence('sales.notes', 'id'), pg_get_serial_sequence('sales.notes', 'Odd Key'), pg_get_serial_sequence('sales.notes', 'body')

SELECT pg_get_serial_sequence('nope', 'id')

SELECT pg_get_serial_sequence('customers', 'nope')

SELECT adrelid::regclass, adnum, pg_get_expr(adbin, adrelid) FROM pg_attrdef ORDER BY 1::text, 2

SELECT column_name, column_default, is_identity, identity_generation, identity_start, identity_maximum FROM information_schema.columns WHERE table_schema = 'sales' AND table_name = 'notes' ORDER BY ordinal_position

SELECT s.relname AS sequence_name, a.attname AS colname FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass JOIN pg_attribute a ON d.refobjid = a.attrelid AND d.refobjsubid = a.attnum JOIN pg_class tbl ON tbl.oid = d.refobjid AND tbl.relname = 'customers' WHERE s.relkind = 'S'

SELECT relname FROM pg_class GROUP BY relkind

SELECT relname, count(*) FROM pg_class

SELECT c.relname, count(*) FROM pg_class c HAVING true

SELECT count(*) FROM pg_class c GROUP BY relkind ORDER BY relname

SELECT relkind, max(relname) FROM pg_class c GROUP BY relkind HAVING length(c.relname::text) > 1

SELECT upper(relkind::text) || 'x' AS kind, count(*) > 0 FROM pg_class WHERE relkind IN ('v', 'r') GROUP BY upper(relkind::text) ORDER BY kind

SELECT typname, typlen + 1 FROM pg_type WHERE oid < 20 GROUP BY oid ORDER BY oid

SELECT n.nspname, count(*) > 1 FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid WHERE n.nspname LIKE 'pg%g' GROUP BY n.oid ORDER BY 1

SELECT relkind, rank() OVER (ORDER BY relname) FROM pg_class GROUP BY relkind

SELECT count(*) > 3 AND bool_or(relname = 'pg_class') FROM pg_class
