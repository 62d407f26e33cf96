SELECT i.*, a.object_names, a.object_args FROM (SELECT classid AS c, objid AS o, objsubid AS s FROM pg_depend UNION SELECT refclassid, refobjid, refobjsubid FROM pg_depend) AS d, pg_identify_object(c, o, s) AS i, pg_identify_object_as_address(c, o, s) AS a WHERE i.identity ~* 'rail' AND i.identity !~ 'ConstraintTrigger|toast' ORDER BY i.type, i.identity COLLATE "C"

SELECT i.* FROM (VALUES (1247, 'integer[]'::regtype::oid), (1247, 'bit'::regtype), (1247, '"char"'::regtype), (1247, 'json'::regtype), (1247, 'rail.signal[]'::regtype), (1255, 'upper(text)'::regprocedure), (1255, 'pg_typeof("any")'::regprocedure), (1255, 'max(text)'::regprocedure), (2605, 10035), (2616, 10035), (2753, 1994), (1213, 1663), (2617, '-(none,integer)'::regoperator), (3456, 100)) AS v(c, o), pg_identify_object(c, o, 0) AS i, (SELECT FROM pg_am LIMIT 1) AS q

SELECT c, s, i.*, a.* FROM (VALUES (1259, 1, 0), (1259, 'rail.station'::regclass::oid, 99), (1255, 1, 0), (1247, 1, 0), (2604, 1, 0), (2606, 1, 0), (2615, 1, 0), (2616, 1, 0), (2620, 1, 0), (3256, 1, 0), (2618, 1, 0), (2605, 1, 0)) AS v(c, o, s), pg_identify_object(c, o, s) AS i, pg_identify_object_as_address(c, o, s) AS a, (SELECT FROM pg_am LIMIT 1) AS q

SELECT pg_identify_object(1, 1, 0) FROM pg_am

SELECT pg_identify_object(NULL, 1, 0) FROM pg_am LIMIT 1

SELECT (pg_identify_object('pg_class'::regclass, 'rail.stopped'::regclass, 2)).identity FROM pg_am LIMIT 1

SELECT relname, pg_relation_filenode(oid) IS NULL AS none, regexp_replace(pg_relation_filepath(oid), '\d+', 'N', 'g') AS path FROM pg_class WHERE relnamespace IN ('rail'::regnamespace, '"Rail Yard"'::regnamespace) OR relname IN ('pg_class', 'pg_database', 'pg_tables') ORDER BY relname

SELECT pg_basetype('rail.code') AS a, pg_basetype('integer') AS b, pg_get_replica_identity_index('rail.station') AS c, pg_get_replica_identity_index('"Rail Yard"."Loco List"') AS d, pg_get_replica_identity_index('rail.stopped') AS e FROM pg_am LIMIT 1

SELECT pg_blocking_pids(pg_backend_pid()) AS a, pg_trigger_depth() AS b, pg_last_wal_replay_lsn() AS c, pg_last_xact_replay_timestamp() AS d, txid_current() = txid_current() AS e, pg_current_xact_id()::text::bigint = txid_current() AS f FROM pg_am LIMIT 1

SELECT pg_stat_get_last_vacuum_time('rail.station'::regclass) AS a, pg_stat_get_function_calls('rail.note'::regproc) AS b, pg_stat_get_vacuum_count('rail.station'::regclass) AS c, pg_stat_get_total_vacuum_time('rail.station'::regclass) AS d FROM pg_am LIMIT 1

SELECT host('10.1.2.3/8'::inet) AS a, masklen('10.0.0.0/8'::cidr) AS b, family('::1') AS c, host('::1/64') AS d FROM pg_am LIMIT 1

TABLE pg_am ORDER BY amname DESC

SELECT amname FROM pg_am WHERE amtype = 't' UNION ALL (TABLE information_schema.information_schema_catalog_name LIMIT 0)

WITH a AS (TABLE pg_am) TABLE a ORDER BY 2 LIMIT 2

SELECT count(*) FROM (TABLE /* all of it */ pg_catalog.pg_am) AS a

SELECT name, default_version, installed_version, comment FROM pg_available_extensions ORDER BY name COLLATE "C"

SELECT name, version, installed, superuser, trusted, relocatable, schema, requires FROM pg_available_extension_versions WHERE name IN ('plpgsql', 'earthdistance', 'cube', 'hstore_plperl') ORDER BY name COLLATE "C", version

SELECT * FROM pg_available_extensions() WHERE name = 'pgcrypto'

SELECT requires, trusted, relocatable FROM pg_available_extension_versions() WHERE name = 'xml2'

SELECT relname, relnamespace::regnamespace::text COLLATE "C" AS s FROM pg_class WHERE relkind = 'S' AND relname::text COLLATE pg_catalog."C" ~ '^[sL]' ORDER BY relname::text COLLATE "C", s

SELECT 'a'::text COLLATE "C" || 'b' AS a, 1 + 1 AS b, 'x' COLLATE "C" < 'y'::text COLLATE "C" AS c FROM pg_am LIMIT 1

SELECT oid::regclass::text FROM pg_class WHERE (relnamespace, relname) IN (SELECT oid, 'station' FROM pg_namespace WHERE nspname = 'rail')

SELECT pg_sequence_parameters('rail.station_id_seq'::regclass) AS a, (pg_sequence_parameters('"Rail Yard"."Loco List_No_seq"'::regclass)).increment FROM pg_am LIMIT 1

SELECT s.* FROM pg_class c, pg_sequence_parameters(c.oid) s WHERE c.relkind = 'S' ORDER BY c.relname

SELECT (relnatts * 0 + 3)::numeric(5,2) AS a, 3.14159::numeric(5,2) AS b, 2.5::numeric(3) AS c, '{1.555,2}'::numeric(4,2)[] AS d, 12345::numeric(7,-2) AS e FROM pg_class LIMIT 1

SELECT 1000::numeric(4,2) FROM pg_am

SELECT timestamp '2024-05-17 10:00:00.55'::timestamp(0) AS a, '2024-05-17 10:00:00.449'::timestamptz(1) AT TIME ZONE 'UTC' AS b, '10:00:00.55'::time(1) AS c FROM pg_am LIMIT 1

SELECT amname FROM pg_am ORDER BY amname FETCH FIRST ROW ONLY

SELECT amname FROM pg_am ORDER BY amname OFFSET 1 FETCH NEXT 2 ROWS ONLY

SELECT a.amname FROM ONLY pg_am AS a JOIN ONLY pg_opclass ON opcmethod = a.oid WHERE opcname = 'text_ops' ORDER BY 1 FETCH FIRST 1 ROWS ONLY

SELECT amname FROM pg_am WHERE amname LIKE ANY (ARRAY['b%', 'x']) OR amname ILIKE SOME ('{GI%}') ORDER BY 1

SELECT amname FROM pg_am WHERE amname NOT LIKE ALL (ARRAY['b%', 'g%']) AND amname NOT ILIKE ANY (SELECT 'HE%') AND amtype = 'i' ORDER BY 1

SELECT n.nspname AS schema, c.relname AS table FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = 'pg_am'

SELECT 1 AS a, (SELECT 2) AS table UNION ALL TABLE pg_am LIMIT 0

SELECT current_setting('is_superuser') AS a, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS b FROM pg_am LIMIT 1

SELECT make_interval(days => 3) AS a, make_interval(hours := 2, mins => 5) AS b, make_interval(1, weeks => 3) AS c, make_interval(secs => 1.5) AS d FROM pg_am LIMIT 1

SELECT * FROM generate_series(1, 3), pg_get_keywords() LIMIT 0

SELECT make_interval(days => 3, days => 4) FROM pg_am

SELECT make_interval(days => 3, 4) FROM pg_am

SELECT make_interval(nosuch => 3) FROM pg_am

SELECT parse_ident(str => 'a."B c"') AS a, parse_ident(strict => true, str => 'a.b') AS b FROM pg_am LIMIT 1

SELECT amname FROM pg_am WHERE oid BETWEEN SYMMETRIC 500 AND 400 ORDER BY 1

SELECT amname FROM pg_am WHERE oid NOT BETWEEN SYMMETRIC 500 AND 400 AND oid BETWEEN ASYMMETRIC 2 AND 4000 ORDER BY 1

SELECT NULL::int BETWEEN SYMMETRIC 1 AND 2 AS a, 5 BETWEEN SYMMETRIC NULL AND 3 AS b, 5 NOT BETWEEN SYMMETRIC 7 AND 3 AS c FROM pg_am LIMIT 1

SELECT random() >= 0 AND random() < 1 AS a, length(gen_random_uuid()::text) AS b, pg_typeof(random()) AS c, gen_random_uuid()::text ~ '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]' AS d, uuidv7()::text ~ '-7[0-9a-f]{3}-[89ab]' AS e, random(3, 3) AS f FROM pg_am LIMIT 1

SELECT count(DISTINCT random()) > 1 AS a, count(DISTINCT gen_random_uuid()) > 1 AS b FROM pg_class

SELECT random(2, 1) FROM pg_am

SELECT pg_typeof(CURRENT_TIME) AS a, pg_typeof(LOCALTIME) AS b, pg_typeof(CURRENT_TIME(0)) AS c, pg_typeof(CURRENT_TIMESTAMP(3)) AS d, pg_typeof(LOCALTIMESTAMP(2)) AS e, pg_typeof(LOCALTIME(1)) AS f, extract(microseconds FROM CURRENT_TIMESTAMP(0))::bigint % 1000000 AS g, CURRENT_TIMESTAMP = now() AS h FROM pg_am LIMIT 1

SELECT pg_size_bytes('1 kB') AS a, pg_size_bytes('1.5 MB') AS b, pg_size_bytes('-3 GB') AS c, pg_size_bytes(' 12 ') AS d, pg_size_bytes('2TB') AS e, pg_size_bytes('1e3 bytes') AS f, pg_size_bytes('.5 kb') AS g FROM pg_am LIMIT 1

SELECT pg_size_bytes('1 zz') FROM pg_am

SELECT pg_size_bytes('abc') FROM pg_am

SELECT pg_size_bytes('1e30 PB') FROM pg_am

SELECT length('\x0102'::bytea) AS a, octet_length('\x0102'::bytea) AS b, bit_length('\x0102'::bytea) AS c FROM pg_am LIMIT 1

SELECT pg_typeof(pg_current_wal_lsn()) AS a, pg_current_wal_lsn() >= '0/0'::pg_lsn AS b FROM pg_am LIMIT 1

SELECT 0x1F AS a, 0b101 AS b, 0o17 AS c, 1_000 AS d, 0xFFFF_FFFF AS e, X'1F' AS f, 0x1F + X'1f'::int AS g FROM pg_am LIMIT 1

SELECT stddev(oid::int) AS a, variance(oid::int) AS b, stddev_pop(oid::int) AS c, var_pop(oid::int) AS d, stddev_samp(oid::bigint) AS e, var_samp(oid::int::int2) AS f FROM pg_am

SELECT stddev(x::float8) AS a, variance(x::float8) AS b, var_pop(x::float8) AS c, stddev(x::numeric) AS d, variance(x::numeric * 0.1) AS e FROM (VALUES (1), (2), (5), (NULL)) AS v(x) WHERE EXISTS (SELECT FROM pg_am)

SELECT stddev(x) AS a, var_pop(x) AS b, variance(DISTINCT y) AS c, stddev(x) FILTER (WHERE x > 1) AS d FROM (VALUES (1, 7), (1, 7)) AS v(x, y) WHERE EXISTS (SELECT FROM pg_am)

SELECT amtype, stddev_pop(oid::int) OVER (PARTITION BY amtype ORDER BY oid) FROM pg_am ORDER BY oid

SELECT mode() WITHIN GROUP (ORDER BY amtype) AS a, mode() WITHIN GROUP (ORDER BY length(amname) DESC) AS b FROM pg_am

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY oid::int) AS a, percentile_disc(0.5) WITHIN GROUP (ORDER BY oid::int) AS b, percentile_disc(0.25) WITHIN GROUP (ORDER BY amname) AS c, percentile_cont(ARRAY[0.25, 0.75, NULL]) WITHIN GROUP (ORDER BY oid::int DESC) AS d, percentile_disc(ARRAY[0.1, 1]) WITHIN GROUP (ORDER BY amname) AS e, percentile_cont(NULL) WITHIN GROUP (ORDER BY oid::int) AS f FROM pg_am

SELECT relkind, percentile_cont(0.9) WITHIN GROUP (ORDER BY relnatts) FILTER (WHERE relnatts > 3) FROM pg_class WHERE relnamespace = 'rail'::regnamespace GROUP BY 1 ORDER BY 1

SELECT percentile_cont(1.5) WITHIN GROUP (ORDER BY oid::int) FROM pg_am

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY oid::int) FROM pg_am WHERE false

SELECT string_agg(amname, ',') WITHIN GROUP (ORDER BY amname) FROM pg_am

SELECT percentile_disc(0.5, oid) FROM pg_am

SELECT max() WITHIN GROUP (ORDER BY amname) FROM pg_am

SELECT string_agg(amname, ',' ORDER BY amname) OVER () FROM pg_am

SELECT count(DISTINCT amname) OVER () FROM pg_am

SELECT lcm(4, 6) AS a, gcd(4, 6) AS b, div(7, 2) AS c, 7.5 % 2 AS d, mod(7.5, 2) AS e, scale(1.20) AS f, min_scale(1.20) AS g, trim_scale(1.200) AS h, factorial(5) AS i, factorial(30) AS j, lcm(0, 3) AS k FROM pg_am LIMIT 1

SELECT lcm(4.5, 6) AS a, gcd(4.5, 6) AS b, div(-7.5, 2) AS c, -7.5 % 2 AS d, scale('NaN'::numeric) AS e, trim_scale(100.00) AS f, 'NaN'::numeric % 2 AS g, 1.23 % 0.1 AS h, lcm(-4::bigint, 6) AS i FROM pg_am LIMIT 1

SELECT width_bucket(5, 0, 10, 4) AS a, width_bucket(5.3, 10, 0, 4) AS b, width_bucket(3.0::float8, 0, 10, 5) AS c, width_bucket(3, ARRAY[1, 3, 5]) AS d, width_bucket(-1, 0, 10, 4) AS e, width_bucket(10, 0, 10, 4) AS f, width_bucket('b'::text, ARRAY['a', 'c']) AS g, width_bucket(10::float8, 10, 0, 3) AS h FROM pg_am LIMIT 1

SELECT width_bucket(5, 0, 0, 4) FROM pg_am

SELECT width_bucket(5, 0, 1, 0) FROM pg_am

SELECT 5.0 % 0 FROM pg_am

SELECT lcm(2147483647, 2147483646) FROM pg_am

SELECT factorial(-1) FROM pg_am

SELECT enumlabel, enumsortorder FROM pg_enum ORDER BY oid

SELECT jsonb_set('{"a":{"b":1}}', '{a,b}', '2') AS a, jsonb_set('{"a":1}', '{c}', '2') AS b, jsonb_set('{"a":1}', '{c}', '2', false) AS c, jsonb_set('[1,2,3]', '{-1}', '9') AS d, jsonb_insert('{"a":[1]}', '{a,0}', '5') AS e, jsonb_insert('{"a":[1]}', '{a,0}', '5', true) AS f, jsonb_set('[1]', '{-5}', '0') AS g, jsonb_set('[1]', '{7}', '0') AS h, '{"a":[1,2]}'::jsonb #- '{a,0}' AS i, jsonb_set('{"a":1}', '{}', '2') AS j, jsonb_set('{"a":1}', '{a,b}', '2') AS k, jsonb_insert('{}', '{z}', '5') AS l FROM pg_am LIMIT 1

SELECT jsonb_set('1', '{a}', '2') FROM pg_am

SELECT jsonb_set('[1]', '{a}', '2') FROM pg_am

SELECT jsonb_set('{}', '{NULL}', '2') FROM pg_am

SELECT jsonb_insert('{"a":1}', '{a}', '2') FROM pg_am

SELECT NOT EXISTS (SELECT FROM pg_class WHERE relname = 'nosuch'), EXISTS (SELECT FROM pg_am)

SELECT pg_wal_lsn_diff('0/20', '0/10') AS a, '1/0'::pg_lsn - '0/FF'::pg_lsn AS b, '0/9'::pg_lsn < '0/10'::pg_lsn AS c, pg_current_wal_lsn() - '0/0' >= 0 AS d FROM pg_am LIMIT 1

SELECT overlay('abcd' placing 'x' from 2 for 1) AS a, overlay('abcd' placing 'xyz' from 3) AS b, overlay('äöü' placing 'x' from 2 for 0) AS c, overlay('abc' placing 'x' from 9) AS d, overlay('abc' placing 'x' from 3 for -2) AS e FROM pg_am LIMIT 1

SELECT overlay('abc' placing 'x' from 0) FROM pg_am

SELECT 2 ^ 3 AS a, 2.0 ^ 3 AS b, |/ 4 AS c, 2 ^ -1 AS d, power(-8, 3) AS e FROM pg_am LIMIT 1

SELECT power(0::float8, -1) FROM pg_am

SELECT (-8::float8) ^ 0.5::float8 FROM pg_am

SELECT sqrt(-1::float8) FROM pg_am

SELECT 10::float8 ^ 400 FROM pg_am

SELECT deptype, refobjsubid FROM pg_depend WHERE objid = '"Rail Yard".loco_early'::regclass AND refclassid = 'pg_class'::regclass ORDER BY 1, 2

SELECT sqrt(2.00000000000000000000) AS a, sqrt(1e20) AS b FROM pg_am LIMIT 1
