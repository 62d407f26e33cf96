select to_char(1234.5, 'FM9,999.00'), to_char(-12, '99'), to_char(12345, '999'), to_char(485, 'RN'), to_char(0.1::float8, '9.9EEEE'), to_char(1.5::float4, '99.99'), to_char(12345678901, '99999999999TH') from pg_am limit 1

select to_char('NaN'::numeric, '999'), to_char(null::int, '9'), to_char(1, null), to_char(1, '') from pg_am limit 1

select to_char(5::int2, '999'), to_char(-0.001::float8, '9.99') from pg_am limit 1

select to_char(1, '9.9.9') from pg_am limit 1

select to_char('2024-02-29'::date, 'FMDay, DDth FMMonth YYYY'), to_char('infinity'::timestamp, 'YYYY') is null, to_char('0044-03-15 BC'::timestamp, 'YYYY BC'), to_char('1 year 2 mons -3 days 04:05:06'::interval, 'YYYY MM DD HH24:MI:SS') from pg_am limit 1

select to_char('1 day'::interval, 'Month') from pg_am limit 1

select to_char('15:16:17'::time, 'HH12:MI am') from pg_am limit 1

select 'infinity'::date::timestamp, '-infinity'::timestamptz::date, 'infinity'::timestamp::timestamptz, '10:00'::time::interval, to_char('infinity'::date, 'YYYY') from pg_am limit 1

select '5874897-01-01'::date::timestamp from pg_am limit 1

select '2020-01-02'::date < '2020-01-02 00:00:01'::timestamp, '2020-01-02'::date = '2020-01-02 00:00+00'::timestamptz, '2020-01-02 03:00'::timestamp >= '2020-01-02 03:00+01'::timestamptz, 'infinity'::date > 'infinity'::timestamp, '5874897-12-31'::date > '294276-12-31'::timestamp, '-infinity'::date <> '-infinity'::timestamptz from pg_am limit 1

select count(*) from (values ('2020-01-01'::date), ('2020-01-02')) a(d) join (values ('2020-01-02 00:00'::timestamp), ('2020-01-03')) b(t) on a.d = b.t join pg_am on amname = 'heap'

select d from (values ('2020-01-01'::date), ('2020-01-02'), ('infinity')) a(d), pg_am where amname = 'heap' and d > '2020-01-01 12:00'::timestamp order by d

select isfinite('infinity'::date), isfinite('2020-01-01'::date), isfinite('-infinity'::timestamp), isfinite('infinity'::interval), isfinite('1 day'::interval), isfinite(null::date) from pg_am limit 1

select pg_sleep_until('-infinity') from pg_am limit 1

select md5('abc'), md5(''), md5('\x00ff'::bytea), md5(null::text) from pg_am limit 1

select gcd(12.5, 7.5), gcd(null::numeric, 2), gcd(0.0, 0), gcd(-330.3, 462), gcd('nan'::numeric, 1), gcd(12, 18), gcd(-12::bigint, 18) from pg_am limit 1

select gcd(-2147483648, 0) from pg_am limit 1

select bit_and(b), bit_or(b), bit_xor(b) from (values ('1100'::bit(4)), ('1010'), (null)) a(b), pg_am where amname = 'heap'

select bit_and(b) from (values ('1100'::varbit), ('10')) a(b), pg_am where amname = 'heap'

select bit_and(n), bit_or(n), bit_xor(n::bigint) from (values (12), (10)) a(n), pg_am where amname = 'heap'

select string_to_table('a,b,,c', ',') from pg_am where amname = 'heap'

select string_to_table('a,b,,c', ',', ''), string_to_array('a,b,,c', ',', '') from pg_am where amname = 'heap'

select string_to_table('abc', null), string_to_array('abc', null) from pg_am where amname = 'heap'

select string_to_table('abc', ''), string_to_array('abc', '') from pg_am where amname = 'heap'

select string_to_table('', ','), string_to_table(null, ',') from pg_am where amname = 'heap'

select sqrt(2::numeric), sqrt(100::numeric), sqrt(0.0001), sqrt(123456789.123), sqrt(0.00), sqrt(1e-10), sqrt('inf'::numeric), sqrt('nan'::numeric), sqrt(2.0::float8) from pg_am limit 1

select power(2::numeric, 3), power(2::numeric, -2), power(1.5, 2), power(10::numeric, 20), power(0::numeric, 0), power(0.0, 2), power(-2::numeric, 3), power(10::numeric, -5), power(3::numeric, -1), power(1.1, 10), power(7::numeric, 1), power(2, 3.0), power('nan'::numeric, 0), power('inf'::numeric, 2), power(2, 0.5::float8) from pg_am limit 1

select power(0::numeric, -1) from pg_am limit 1

select power(-2::numeric, 0.5) from pg_am limit 1

select sqrt(-1::numeric) from pg_am limit 1

select ln(1::numeric), ln(1.000), exp(0::numeric), exp(0.0), log(100::numeric), log(1::numeric), log(0.001), log10(10.00), log(100000.0), log(0.000001), exp('-inf'::numeric), ln('inf'::numeric), log(100::float8) from pg_am limit 1

select ln(0::numeric) from pg_am limit 1

select log10(-1::numeric) from pg_am limit 1

select 1.5*2.25, 0.0*0.00, 'inf'::numeric*2, 'inf'::numeric*0, -1.5*2, 123456789.123*987654321.456, 1.5+2.25, 'inf'::numeric - 'inf'::numeric, 10/4.0, 1/3.0 from pg_am limit 1

select ceil(1.5), floor(-1.5), sign(-2.5), sign(0.0), ceil(-0.5), floor(1e20+0.5), round('inf'::numeric), trunc('nan'::numeric), sign('nan'::numeric), abs(-1.50), ceil(12345678901234567890.5), ceil('inf'::numeric), ceil(1.5::float8), sign(-1.5::float8) from pg_am limit 1

select length(string_agg(p.proname, ', ')) > 1000 from pg_proc p, pg_am a, pg_tablespace where amname in ('heap','btree','hash')

select has_server_privilege('nosuch', 'USAGE')

select has_foreign_data_wrapper_privilege('nosuch', 'USAGE')

select has_server_privilege(99999, 'USAGE'), has_foreign_data_wrapper_privilege(99999::oid, 'USAGE'), has_schema_privilege(99999, 'USAGE'), has_language_privilege(99999, 'USAGE'), has_tablespace_privilege(99999, 'CREATE'), has_database_privilege(99999, 'CONNECT'), has_table_privilege(99999, 'SELECT'), has_sequence_privilege(99999, 'USAGE')

select has_server_privilege('pg_database_owner', 99999, 'USAGE'), has_foreign_data_wrapper_privilege('pg_monitor', 99999::oid, 'USAGE'), has_language_privilege('pg_monitor', 99999, 'USAGE'), has_tablespace_privilege('pg_monitor', 99999, 'CREATE')

select row_security_active('pg_class'), row_security_active(99999::oid)

select row_security_active('nosuch')

select has_column_privilege('pg_class', 'relname', 'SELECT'), has_column_privilege('information_schema.tables', 'table_name', 'SELECT'), has_column_privilege('pg_class', 'ctid', 'SELECT'), has_column_privilege('pg_class', 99::smallint, 'SELECT'), has_column_privilege('pg_class', (-1)::smallint, 'SELECT'), has_column_privilege(99999, 'x', 'SELECT'), has_column_privilege('pg_monitor', 'pg_catalog.pg_authid', 'rolname', 'SELECT')

select has_column_privilege('pg_class', 'nosuch', 'SELECT')

select has_column_privilege('information_schema.tables', 'nosuch', 'SELECT')

select amtype, amname, count(*), grouping(amtype, amname), grouping(amname) from pg_am group by rollup (amtype, amname) order by 1 nulls last, 2 nulls last

select amtype, amname, count(*) from pg_am group by cube (amtype, amname) order by grouping(amtype, amname), 1, 2

select amtype, amname like 'g%' as g, count(*), grouping(amname like 'g%') from pg_am group by grouping sets ((amtype), (amname like 'g%'), ()) order by 1, 2, 3, 4

select amtype, g, count(*) from (select amtype, amname like 'g%' as g from pg_am) x group by amtype, rollup (g) order by 1, 2 nulls first

select lower(amname) as l, amtype, count(*) from pg_am where amname in ('heap', 'hash') group by grouping sets ((l), (amtype), (l, amtype)) having count(*) > 0 order by 1 nulls last, 2 nulls last

select count(*), sum(oid::bigint) from pg_am where false group by rollup (amname)

select count(*) from pg_am where false group by grouping sets ((amname), (), ())

select count(*) from pg_am group by () order by 1

select amtype, (select count(*) from pg_am b where b.amtype = a.amtype) from pg_am a group by rollup (amtype) order by 1

select grouping(amname) from pg_am group by amtype

select grouping(amtype) from pg_am

select amtype, grouping(amtype) from pg_am group by amtype order by 1

select amname, count(*) from pg_am group by rollup (amtype)

select amtype, count(*), rank() over (order by count(*) desc, amtype nulls last) from pg_am group by rollup (amtype) order by 3

select relkind, count(*) > 0, grouping(relkind) from pg_class where relkind in ('r', 'v') and relnamespace = 'pg_catalog'::regnamespace group by rollup (1) order by 1 nulls last

select oid, amname from pg_am where amname = 'heap' group by rollup (oid, amname) order by 1 nulls last, 2 nulls last

select x.* from rows from (generate_series(1, 2), unnest(array['a', 'b', 'c'])) x, pg_am where amname = 'heap'

select * from rows from (generate_series(1, 2), unnest(array['a', 'b', 'c'])) with ordinality as x(n, letter, o) join pg_am on amname = 'heap' order by o

select x from pg_am join rows from (generate_series(1, 2)) x on amname = 'heap'

select a.amname, n, g from pg_am a cross join lateral rows from (unnest(array[a.amname, 'x']), generate_series(1, 1)) as b(n, g) where amname in ('heap', 'hash') order by 1, 3

select * from rows from (aclexplode(null), generate_series(1, 1)) x, pg_am where amname = 'heap'

select rows from (select 1 as rows from pg_am limit 1) x

select amname, oid in (403, 405, 405, 1, 2, 3, 4, 5, 6, 7, 8) as found, oid not in (403, 405, 1, 2, 3, 4, 5, 6, 7, 8) as missed from pg_am order by amname

select amname, oid in (403, 1, 2, 3, 4, 5, 6, 7, 8, null) as found, oid not in (403, 1, 2, 3, 4, 5, 6, 7, 8, null) as missed from pg_am order by amname

select amname, oid = any ('{403,405,405}'::oid[]) as found, oid = any ('{403,NULL}'::oid[]) as unknown, oid = any ('{}'::oid[]) as never, nullif(amname, 'btree') = any ('{hash}'::name[]) as named from pg_am order by amname

select amname, oid in (select am.oid from pg_am am where am.amname < 'c') as found, nullif(oid, 403) in (select am.oid from pg_am am where false) as never, oid not in (select nullif(am.oid, 403) from pg_am am) as unknown from pg_am order by amname

select c.relname, a.attname from pg_class c left join pg_attribute a on a.attrelid = c.oid and a.attnum = 1 and a.attrelid in (1259, 1247, null) where c.relname in ('pg_class', 'pg_type', 'pg_proc', 'pg_nothing') and c.relkind = 'r' order by 1, 2

select count(*), count(distinct relname) from pg_class where oid in (1259, 1259, 1247) or oid in (1255, 1249, 2, 3, 4, 5, 6, 7, 8, 9)

select 'x' as k, count(*) > 0 as some from pg_am group by rollup (k) order by 1

select amname from pg_am where grouping(amname) = 0 group by amname

select sum(1) filter (where grouping(amname) = 0) from pg_am group by rollup (amname)

select sum(grouping(amname)) from pg_am group by rollup (amname)

select obj_description('pg_class'::regclass, 'no_such'), obj_description('pg_class'::regclass, 'pg_class') is null

select sum(count(*)) from pg_am

select sum(1) filter (where count(*) > 0) from pg_am

select '1.5 s'::interval(0), '1 day 02:03:04.567'::interval day to minute, '1.234567'::interval second(2), '1.5 s'::text::interval(0), make_interval(secs => 1.5)::interval(0) from pg_am limit 1

select interval '1' year, interval '1-2' year to month, interval '5' day, interval '1:30' hour to minute, interval '1 2' day to hour, interval '1.5' minute, interval '14 months' year from pg_am limit 1

select '{1.5 s,2.4 s}'::interval(0)[], 'infinity'::interval(0), '-1.5 s'::interval(0), '{abcdef,ab}'::varchar(3)[], '{a,b}'::char(3)[] from pg_am limit 1

select '2020-01-01 00:00:00.7'::timestamp(0), '12:00:00.6+01'::timetz(0), '2020-01-01 12:00:00.51+02'::timestamptz(1) from pg_am limit 1

select a.amname, c.relname from only (pg_am) as a, only (pg_catalog.pg_class) c where a.oid = 2 and c.oid = 1259

select 'a' collate "C" collate "POSIX" < 'B' collate "C" collate "POSIX" as b, relname from pg_class where oid = 1259 order by relname collate "C" collate "C"

select (values (c.relname)), (values (c.relname), ('b') limit 1), exists (values (c.oid)), array(values (c.relname), ('b')) from pg_class c where c.oid = 1259

select (values (c.relname) union select 'z' order by 1 limit 1) from pg_class c where c.oid = 1259

select (values (c.relname), ('b')) from pg_class c where c.oid = 1259

select i.* from pg_amop o, pg_identify_object(2602, o.oid, 0) i where amopfamily = 1976 and amopstrategy = 1 order by 4

select i.* from pg_amproc o, pg_identify_object_as_address(2603, o.oid, 0) i where amprocfamily = 1976 and amprocnum = 1 order by 2, 3

select pg_describe_object(2602, oid, 0) from pg_amop where amopfamily = 1976 and amopstrategy = 1 order by 1

select pg_describe_object(2603, oid, 0) from pg_amproc where amprocfamily = 1976 order by 1

select pg_identify_object(2602, 1, 0), pg_identify_object(2603, 0, 0), pg_identify_object_as_address(2602, 1, 0) from pg_am limit 1

select pg_sequence_parameters(1259)

select pg_sequence_parameters(1)

select round(sin(1)::numeric, 12), cos(0), round(tan(0.5)::numeric, 12), asin(1), acos(1), atan(0), atan2(0, 1), radians(180), degrees(pi()), round(cot(1)::numeric, 12), sinh(0), cosh(0), tanh(0), tan('nan'), sinh(1000), cot(0) from pg_am limit 1

select asin(2) from pg_am

select sin('inf'::float8) from pg_am

select degrees(1e308) from pg_am

select encode(sha224('abc'), 'hex'), encode(sha256('abc'), 'hex'), encode(sha384(''), 'hex'), encode(sha512('abc'), 'base64'), sha256(null) from pg_am limit 1

select make_time(24, 0, 0), make_time(10, 1, 59.999999), make_timestamp(-44, 3, 15, 12, 30, 15), make_timestamp(2020, 2, 29, 24, 0, 0), make_timestamptz(2020, 7, 1, 3, 4, 5.25, 'Europe/Berlin'), make_timestamptz(2020, 7, 1, 3, 4, 60), make_date(-1, 12, 31) from pg_am limit 1

select make_time(25, 0, 0) from pg_am

select make_time(10, 1, 60.5) from pg_am

select make_timestamp(2020, 2, 30, 0, 0, 0) from pg_am

select make_timestamp(2020, 2, 3, 0, 61, 5) from pg_am

select make_date(0, 1, 1) from pg_am

select date_bin('15 minutes', timestamp '2020-02-11 15:44:17', '2001-01-01'), date_bin('7 days', timestamp '2000-02-11 15:44:17', '2001-01-01'), date_bin('1 h', 'infinity'::timestamp, '2001-01-01'), date_bin('1 day 2 h', '2020-02-11 15:44:17+00'::timestamptz, '2001-01-01 00:00+00') from pg_am limit 1

select date_bin('1 month', timestamp '2020-02-11 15:44:17', '2001-01-01') from pg_am

select date_bin('-1 h', timestamp '2020-02-11 15:44:17', '2001-01-01') from pg_am

select justify_interval('1 mon -1 hour'), justify_interval('-1 mon 31 days'), justify_interval('40 days 50 h'), justify_interval('-40 days 3 h'), justify_hours('1 day -3 h'), justify_hours('-1 day 27 h'), justify_days('1 mon -3 days'), justify_days('-1 mon 35 days -3 h') from pg_am limit 1

select date '2020-01-01' + time '10:00', time '10:00' + date '2020-01-01' from pg_am limit 1

select 1::money::numeric, 5::int8::money::numeric, 1.235::money::numeric, '12.34'::money::numeric from pg_am limit 1

select corr(a, b), covar_pop(a, b), covar_samp(a, b), regr_avgx(a, b), regr_avgy(a, b), regr_count(a, b), regr_intercept(a, b), regr_r2(a, b), regr_slope(a, b), regr_sxx(a, b), regr_sxy(a, b), regr_syy(a, b) from (values (1, 2), (2, 5), (3, 6.5), (null, 4), (5, null)) v (a, b), pg_am where amname = 'heap'

select corr(a, b), covar_pop(a, b), covar_samp(a, b), regr_r2(a, b), regr_slope(a, b), regr_sxx(a, b), regr_count(a, b) filter (where a > 1) from (values (1, 2)) v (a, b), pg_am where amname = 'heap'

select corr(a, b), regr_r2(a, b), regr_slope(a, b), regr_intercept(a, b) from (values (1, 2), (1, 3)) v (a, b), pg_am where amname = 'heap'

select corr(oid::int, oid::int), regr_count(oid::int, 1), regr_avgy(oid::int, 1) from pg_am where amname = 'none'

select to_hex(-1), to_bin(-5), to_oct(64::int8), to_bin(0), to_oct(-1), to_hex(-1::int8) from pg_am limit 1

select @ -5, @ -5.5, @ -5.5::float8, ||/ 8.0 from pg_am limit 1

select '\x12'::bytea || '\x34'::bytea, get_byte('\x1234'::bytea, 1), set_byte('\x1234'::bytea, 0, 64), bit_count('\xff0f'::bytea), position('\x34'::bytea in '\x1234'::bytea), substring('\x123456'::bytea from 2 for 1), substr('\x123456'::bytea, 2), substr('\x123456'::bytea, -1, 3), reverse('\x1234'::bytea) from pg_am limit 1

select get_byte('\x1234'::bytea, 2) from pg_am

select x.* from json_to_record('{"a":1,"b":"x","c":[1,2],"d":"2020-01-02","e":null,"f":true,"a":7}') as x (a int, b text, c int[], d date, e int, f text, g numeric), pg_am limit 1

select x.* from json_to_recordset('[{"a":1,"b":"x"},{"a":"2"},{}]') as x (a int, b varchar(3)), pg_am where amname = 'heap'

select x.* from jsonb_to_recordset('[{"a":1,"b":{"c": [1]}},{"a":2.5}]') as x (a numeric(5,2), b jsonb), pg_am where amname = 'heap'

select x.b, x.a + 1 from jsonb_to_recordset('[{"a":1,"b":"y"}]') as x (a int, b text), pg_am where amname = 'heap'

select x.a[2][1], x.b from jsonb_to_record('{"a":[[1,2],[3,4]],"b":["x",null]}') as x (a int[], b text[]), pg_am where amname = 'heap'

select x.* from jsonb_to_record('{"A":1,"b":2}') as x ("A" int, B int), pg_am where amname = 'heap'

select x.* from json_to_record(null) as x (a int), pg_am where amname = 'heap'

select x.* from json_to_record('[1]') as x (a int), pg_am

select x.* from json_to_recordset('{}') as x (a int), pg_am

select x.* from json_to_recordset('[1]') as x (a int), pg_am

select x.* from json_to_record('{"a":"abcd"}') as x (a varchar(3)), pg_am

select x.* from json_to_record('{"a":{}}') as x (a int[]), pg_am

select x.* from json_to_record('{"a":1}'), pg_am

select substr('abc', 2), substring('abc', 2), substring('abc' from 2 for 1), substr('abc', 2, 1) from pg_am limit 1

select to_date('2020-01-05','YYYY-MM-DD'), to_date('20200105','YYYYMMDD'), to_date('05 Dec 2000','DD Mon YYYY'), to_date('5/1/2020','DD/MM/YYYY'), to_date('March 7, 2021','Month DD, YYYY') from pg_am limit 1

select to_timestamp('05 Dec 2000','DD Mon YYYY'), to_timestamp('2020-01-02 03:04:05','YYYY-MM-DD HH24:MI:SS'), to_timestamp('2020-01-02 03:04:05.25','YYYY-MM-DD HH24:MI:SS.MS'), to_timestamp('2020-01-02 12:04 AM','YYYY-MM-DD HH12:MI AM'), to_timestamp('2020-01-02 01:04pm','YYYY-MM-DD HH:MIPM') from pg_am limit 1

select to_timestamp('12:34:56.1234567','HH24:MI:SS.US') from pg_am limit 1

select to_date('2020-13-05','YYYY-MM-DD') from pg_am limit 1

select to_date('2020-02-30','YYYY-MM-DD') from pg_am limit 1

select to_date('abcd-02-30','YYYY-MM-DD') from pg_am limit 1

select to_date('202','YYYYMM') from pg_am limit 1

select to_date('20201','YYYYMM') from pg_am limit 1

select to_date('05 Foo 2000','DD Mon YYYY') from pg_am limit 1

select to_timestamp('2020-01-02 13:04 PM','YYYY-MM-DD HH12:MI AM') from pg_am limit 1

select to_timestamp('2020-01-02 25:04','YYYY-MM-DD HH24:MI') from pg_am limit 1

select to_timestamp('2020-01-02 13:04','YYYY-MM-DD HH12:MI') from pg_am limit 1

select to_date('2020-01-05 10:00','YYYY-MM-DD'), to_date('12020-01-05','YYYY-MM-DD'), to_date('5-1','DD-MM'), to_timestamp('10:20','HH24:MI') from pg_am limit 1

select to_date('2020-01','YYYY-MM-YYYY') from pg_am limit 1

select to_date('2020-01-2021','YYYY-MM-YYYY') from pg_am limit 1

select to_date('january 5 2020','MONTH DD YYYY'), to_date('JAN 5 2020','mon dd yyyy'), to_date('jan52020','MonDDYYYY') from pg_am limit 1

select to_date('99999999999','YYYY') from pg_am limit 1

select to_date('2020-1-5','YYYY-MM-DD'), to_date('2020-001-5','YYYY-MM-DD') from pg_am limit 1

select to_date('20-1-5','YYYY-MM-DD'), to_date('0','YYYY') from pg_am limit 1

select to_timestamp('2020-01-02T03:04:05','YYYY-MM-DD"T"HH24:MI:SS') from pg_am limit 1

select to_timestamp('2020-01-02 03:04:05.123456','YYYY-MM-DD HH24:MI:SS.US'), to_timestamp('1.2','SS.US') from pg_am limit 1

select to_timestamp('2020-01-02 3','YYYY-MM-DD HH24MISS') from pg_am limit 1

select to_date('2020/01/05','YYYY-MM-DD'), to_date('2020 01 05','YYYYMMDD'), to_date('2020','YYYY'), to_date('','YYYY'), to_date(null,'YYYY'), to_date('  2020  01-05','YYYY-MM-DD') from pg_am limit 1

select to_timestamp('2020-01-02T03:04:05','YYYY-MM-DD"T"HH24:MI:SS'), to_timestamp('year 2020 month 5','"year "YYYY" month "MM') from pg_am limit 1

select format_type(1560, -1), format_type(1560, null), format_type(1561, -1), format_type(1014, -1), format_type(1042, -1), format_type(1014, null)

select amname, string_agg(coalesce(pg_indexam_has_property(a.oid, property)::text, 'null'), ' ' order by n) from pg_am a, unnest(array['can_order','can_unique','can_multi_col','can_exclude','can_include','clusterable','asc','nothing']) with ordinality p(property, n) group by 1 order by 1

select pg_index_column_has_property('sales.orders_open_idx'::regclass,0,'asc'), pg_index_column_has_property('sales.orders_open_idx'::regclass,-1,'asc'), pg_index_column_has_property('sales.orders_open_idx'::regclass,3,'asc'), pg_index_column_has_property(0,1,'asc'), pg_index_has_property(99999999,'index_scan'), pg_indexam_has_property(99999,'can_order'), pg_index_column_has_property('pg_class_oid_index'::regclass,1,'search_array'), pg_indexam_has_property(null,'x')

select oid::regprocedure, pg_get_functiondef(oid), pg_get_function_sqlbody(oid), prosrc from pg_proc where prosqlbody is not null and oid < 12000 order by oid

select proname, prosqlbody is not null, pg_get_function_sqlbody(oid) from pg_proc where pronamespace = 'information_schema'::regnamespace order by 1

select pg_get_functiondef(oid) from pg_proc where proname in ('koi8r_to_mic', 'nameregexeq', 'unnest', 'ts_debug') order by oid

select pg_get_viewdef('big_orders'::regclass, 0), pg_get_viewdef('big_orders'::regclass, true) = pg_get_viewdef('big_orders'::regclass, 0), pg_get_viewdef('big_orders'::regclass)

select pg_split_walfile_name('0000000100000003000000FF'), * from pg_split_walfile_name('000000010000000000000001')

select pg_walfile_name('0/16B3748'), pg_walfile_name('1/1000000'), pg_walfile_name_offset('0/16B3748'), (pg_walfile_name_offset('A/16B3748')).*

select pg_notification_queue_usage(), pg_settings_get_flags('work_mem'), pg_settings_get_flags('nope'), pg_settings_get_flags('Enable_seqscan'), system_user,pg_encoding_max_length(6),pg_encoding_max_length(99),pg_encoding_max_length(0),pg_encoding_max_length(-1) from pg_am limit 1

select name, pg_settings_get_flags(name) from pg_settings order by 1

select * from pg_get_catalog_foreign_keys() order by fktable::text, fkcols, pktable::text

select * from pg_control_init()

select * from pg_control_recovery()

select pg_control_version, catalog_version_no, pg_typeof(system_identifier), system_identifier > 0, pg_typeof(pg_control_last_modified) from pg_control_system()

select timeline_id, prev_timeline_id, full_page_writes, pg_typeof(redo_wal_file), pg_typeof(next_xid), pg_typeof(oldest_xid), oldest_commit_ts_xid from pg_control_checkpoint()

select backend_type, object, context, reads is null, read_bytes is null, read_time is null, writes is null, write_bytes is null, write_time is null, writebacks is null, writeback_time is null, extends is null, extend_bytes is null, extend_time is null, hits is null, evictions is null, reuses is null, fsyncs is null, fsync_time is null, stats_reset is null, pg_typeof(read_bytes) from pg_stat_io order by 1,2,3

select name from pg_config() order by 1

select pg_xact_status('1'),pg_xact_status('2'),pg_xact_status('0')

select pg_xact_status(pg_current_xact_id()), txid_status(txid_current())

select pg_snapshot_xmin(s) = pg_snapshot_xmax(s), (select count(*) from pg_snapshot_xip(s)), pg_visible_in_snapshot('1', s) from pg_current_snapshot() s

select pg_typeof(txid_current_snapshot()), txid_snapshot_xmin('10:20:11,15'), txid_snapshot_xmax('10:20:11,15'), pg_snapshot_xmin('10:20:11,15'), pg_snapshot_xmax('10:20:11,15'), txid_visible_in_snapshot(12,'10:20:11,15'),txid_visible_in_snapshot(11,'10:20:11,15'),txid_visible_in_snapshot(20,'10:20:11,15'),txid_visible_in_snapshot(9,'10:20:11,15') from pg_am limit 1

select * from txid_snapshot_xip('10:20:11,15'), pg_am where amname = 'btree'

select pg_snapshot_xip('10:20:11,15') from pg_am where amname = 'btree'

select pg_get_acl('pg_class'::regclass,99999,0), pg_get_acl('pg_am'::regclass,403,0), pg_get_acl('pg_class'::regclass,'pg_class'::regclass,0),pg_get_acl('pg_class'::regclass,'pg_class'::regclass,1),pg_get_acl('pg_subscription'::regclass,'pg_subscription'::regclass,1), pg_get_acl('pg_proc'::regclass, 'pg_ls_waldir'::regproc,0), pg_get_acl('pg_language'::regclass, 12,0)

select pg_filenode_relation(0,0), pg_filenode_relation(0,2619),pg_filenode_relation(1664,1262),pg_filenode_relation(1663,2619),pg_filenode_relation(0,1262),pg_filenode_relation(0,1259), pg_filenode_relation(1664,pg_relation_filenode('pg_database')), pg_filenode_relation(7,2619)

select pg_tablespace_databases(1664)

select pg_tablespace_databases(99)

select count(*) > 0 from pg_tablespace_databases(1663)

select parse_ident('a.b;',false), parse_ident('A . "B c" [',false), parse_ident('"a""b".C$1._x') from pg_am limit 1

select pg_input_is_valid('x','int4'), pg_input_is_valid('5','int4'), pg_input_is_valid('abc','varchar(2)'), pg_input_error_info('abc','varchar(2)'), pg_input_error_info('5','int4'), pg_input_error_info('x','int'), pg_input_is_valid(null,'int4'), pg_input_is_valid('99999','int2'), pg_input_is_valid('1.234', 'numeric(2,2)'), pg_input_is_valid('{"a"','jsonb')

select * from pg_input_error_info('99999','int2')

select pg_input_is_valid('nope','regclass'), pg_input_error_info('{1','int[]'), pg_input_error_info('2020-13-01','date'), pg_input_error_info('nope','regclass'), pg_input_error_info('1.234', 'numeric(2,2)')

select to_regtypemod('varchar(10)'), to_regtypemod('int'), to_regtypemod('nope'), to_regtypemod('timestamp(4)'), to_regtypemod('numeric(10,2)'), to_regtypemod('interval day to second(3)'), to_regtypemod('bit'), to_regtypemod('char') from pg_am limit 1

select '0/10'::pg_lsn + 16, '0/10'::pg_lsn - 16, 16 + '0/10'::pg_lsn, '0/10'::pg_lsn + 1.5, '0/10'::pg_lsn - 0.5, '0/10'::pg_lsn - 1.5, '0/10'::pg_lsn + (-3), pg_lsn_pli('0/10', 4), pg_lsn_mii('0/10', 4) from pg_am limit 1

select pg_size_pretty(12.5), pg_size_pretty(10239.9), pg_size_pretty(10240.1), pg_size_pretty(-12345678.9), pg_size_pretty(1e30), pg_size_pretty(10.50), pg_size_pretty('NaN'::numeric), pg_size_pretty(-10240.5),pg_size_pretty('Infinity'::numeric), pg_size_pretty('-Infinity'::numeric), pg_size_pretty(10240::bigint), pg_size_pretty(-9223372036854775808), pg_size_pretty(5000000000.0) from pg_am limit 1

select pg_column_size('abc'::text), pg_column_size(1), pg_column_size(1.5), pg_column_size(null), pg_column_size('x'::name), pg_column_size(true), pg_column_size('abc'::varchar), pg_column_size('{"a":1}'::json), pg_column_compression('abc'::text), pg_column_size(relname), pg_column_size(oid), pg_column_size(10000), pg_column_size(10000.0001), pg_column_size(0.00000001), pg_column_size(0::numeric), pg_column_size(-123456789.5), pg_column_size('\x0102'::bytea), pg_column_size(now()), pg_column_size('1 day'::interval), pg_column_compression(5) from pg_class limit 1

select uuid_extract_version('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), uuid_extract_version('00000000-0000-0000-0000-000000000000'), uuid_extract_timestamp('C232AB00-9414-11EC-B3C8-9E6BDECED846'), uuid_extract_timestamp('017F22E2-79B0-7CC3-98C4-DC0C0C07398F'), uuid_extract_timestamp('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11') from pg_am limit 1

select aclcontains(array['postgres=r/postgres','pg_monitor=rw/postgres']::aclitem[], 'pg_monitor=r/postgres'), aclcontains(array['postgres=r/postgres']::aclitem[], 'postgres=r*/postgres'), aclcontains(array['=r/postgres']::aclitem[], '=r/postgres'), aclcontains(array['=r*/postgres']::aclitem[], '=r/postgres'), aclcontains(relacl, '=r/postgres'), relacl @> '=r/postgres'::aclitem from pg_class where relname = 'pg_class'

select pg_get_sequence_data('pg_class')

select pg_stat_get_db_numbackends(99999), pg_stat_get_db_numbackends(datid) > 0 from pg_stat_activity where pid = pg_backend_pid()

select * from pg_ls_archive_statusdir()

select * from pg_ls_tmpdir(1663)

select * from pg_ls_logicalsnapdir()

select string_to_array(textin(int2vectorout(indkey)),' ')::smallint[] from pg_index where indexrelid = 'pg_class_oid_index'::regclass

select indexrelid::regclass, int2vectorout(indkey), oidvectorout(indclass), int2vectorout(indoption)::text, oidout(indrelid), regclassout(indexrelid), boolout(indisunique), int2out(indnatts) from pg_index where indrelid < 12000 order by indexrelid

select nameout(relname), textin(nameout(relname)), charout(relkind), array_out(relacl), record_out(row(relname,relkind,1)), array_out(reloptions) from pg_class where relname = 'pg_class'

select textin('a'), textout('a'), int2vectorin('1 2 3'), oidvectorin('4 5'), int4out(5), int4in('7'), int8in('8'), boolin('yes'), int4in(int4out(7)) + 1, regclassin('pg_class'), regtypein('int4'), regprocout('now'::regproc), numeric_in('1.5',0,-1), float8out(1.5), timestamptz_out('2020-01-01 00:00+00'), date_in('2020-02-03'), varcharin('abcdef', 0, 10) from pg_am limit 1

select bpcharin('ab',0,8) || 'x', jsonb_in('{"a":1}'), json_out('{"a": 1}'), uuid_out('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), inet_out('10.0.0.1'), byteaout('\x01'), interval_out('1 day'), regoperatorout('=(int4,int4)'::regoperator),regoperatorin('=(int4,int4)'),  xidout('5'), aclitemout('postgres=r/postgres'), aclitemin('postgres=r/postgres'), unknownout('x'), cstring_out('a') from pg_am limit 1

select pg_typeof(int4out(5)), pg_typeof(textin('a')), pg_typeof(record_out(row(1))) from pg_am limit 1

select boolin(null), int4out(null), array_out('{a,"b c"}'::text[]), array_out(array[[1,2],[3,4]]) from pg_am limit 1

select void_out(pg_sleep(0)), anyarray_out(proargnames), int4out(typlen) from pg_type, pg_proc limit 1

select array_out(conkey), array_to_string(conkey, ',') , textin(array_out(conkey)) from pg_constraint where conkey is not null order by oid limit 3

select cstring_in('x'), textin(cstring_in('y')), length(textin(regtypeout('int4'::regtype))), regtypeout('int4'::regtype)::text, regclassout(0) from pg_am limit 1

select backend_type, ssl, gss_auth, pid = pg_backend_pid() from pg_stat_get_activity(pg_backend_pid())

select * from pg_stat_get_activity(0)

select key, value from json_each('{"a":[1,2], "b" : {"x":1 ,"y" :[ ]}, "c":null, "d":"q\u0041", "a":1.50}'::json), pg_am where amname='btree'

select key, value from json_each_text('{"a":[1,2], "b" : {"x":1 ,"y" :[ ]}, "c":null, "d":"q\u0041"}'::json), pg_am where amname='btree'

select '{"a":[1,2]}'::json -> 'a', '{"a":[1,2]}'::json ->> 'a', '[ {"x":1} , [2,3 ], "s" ]'::json -> 1, '[ {"x":1} , [2,3 ], "s" ]'::json -> -1, '[ {"x":1} , [2,3 ], "s" ]'::json ->> -1, '{"a":{"b":[1,{"c":5}]}}'::json #> '{a,b}', '{"a":{"b":[1,{"c":5}]}}'::json #>> '{a,b,1}', '{"a" : {"b":[1,{"c":5}]}}'::json #> '{}', '"x"'::json #>> '{}', '"x"'::json -> 0, 'null'::json #>> '{}' from pg_am limit 1

select value from json_array_elements('[1,[2,3],{"a":1}, null, "x" ]'::json), pg_am where amname='btree'

select value from json_array_elements_text('[1,[2,3],{"a":1}, null, "x" ]'::json), pg_am where amname='btree'

select json_extract_path('{"a":{"b":[1,2]}}'::json, 'a'), json_extract_path('{"a":{"b":[1,2]}}'::json, 'a', 'b', '0'), json_extract_path_text('{"a":{"b":[1,2]}}'::json, 'a'), json_extract_path('{"a":{"b":[1,2]}}'::json, 'z') from pg_am limit 1

select json_strip_nulls('{"a":1, "b":null, "c":[1, null, {"x":null}]}'::json), jsonb_strip_nulls('{"a":1, "b":null, "c":[1, null, {"x":null}]}'), json_strip_nulls('{"a":[1,null]}'::json, true), jsonb_strip_nulls('{"a":[1,null]}', true) from pg_am limit 1

select '{"a":[1,2]}'::jsonb -> 'a', '{"a":1,"a":[2,3]}'::json -> 'a', '{"a":[1,2]}'::json -> 'b', '{"a":[1,2]}'::json -> 0 from pg_am limit 1

select json_build_object('a', '[1,2]'::json, 'b', '{"x":1}'::jsonb), json_build_array('{"x":1}'::json), to_json('{"x":1}'::json), to_jsonb('{"x":1}'::json) from pg_am limit 1

select 0::oid::regoper, 0::oid::regoperator, '0'::regoper, '0'::regoperator, to_regoper('0'), to_regoperator('0'), 0::oid::regproc, 0::oid::regprocedure, 0::oid::regclass, 0::oid::regtype,0::oid::regrole,0::oid::regnamespace, 0::oid::regcollation, 0::oid::regconfig, '-'::regclass from pg_am limit 1

select to_regoper('-'), to_regoperator('-'), to_regclass('-'), to_regproc('-'), to_regtype('-') from pg_am limit 1

select to_regoper('-'), to_regclass('-'), to_regproc('-') from pg_am limit 1

select to_regtype('-') from pg_am limit 1

select to_regoperator('-') from pg_am limit 1

select oprcom::regoper, oprnegate::regoperator from pg_operator order by oid limit 20

select makeaclitem(10,0,'SELECT',false), makeaclitem(0,10,'SELECT, INSERT',true), makeaclitem(99999,10,'SELECT',true), makeaclitem(10,99999,'SELECT',true) from pg_am limit 1

select 'group pg_monitor=r/postgres'::aclitem, 'user pg_monitor=r*w/postgres'::aclitem, 'pg_monitor=r/postgres'::aclitem, '=r/postgres'::aclitem, 'group pg_monitor=r*w/pg_monitor'::aclitem from pg_am limit 1

select 'pg_monitor=r'::aclitem from pg_am limit 1

select 'pg_monitor=wr/postgres'::aclitem, ' pg_monitor = r/postgres' from pg_am limit 1

select '{pg_monitor=r/postgres,"group pg_monitor=w/postgres"}'::aclitem[] from pg_am limit 1

select trunc('12:34:56:78:90:ab'::macaddr), trunc('12:34:56:78:90:ab:cd:ef'::macaddr8) from pg_am limit 1

select pg_relation_is_publishable('pg_class'), pg_relation_is_publishable('information_schema.tables'), pg_relation_is_publishable(999999), pg_relation_is_publishable('sales.orders')

select abbrev('10.1.0.0/16'::inet), abbrev('10.1.0.0/16'::cidr), abbrev('10.0.0.1'::inet), abbrev('0.0.0.0/0'::cidr), abbrev('10.1.2.3'::cidr), abbrev('::1/64'::inet), broadcast('192.168.1.5/24'::inet), netmask('192.168.1.5/24'::inet), hostmask('192.168.23.20/30'::inet), network('192.168.1.5/24'::inet), set_masklen('192.168.1.5/24'::inet, 16), set_masklen('192.168.1.0/24'::cidr, 16), set_masklen('192.168.1.5/24'::inet, -1), inet_same_family('10.0.0.1','::1'), inet_merge('192.168.1.5/24','192.168.2.5/24'), broadcast('::1/120'::inet), netmask('::1/64'), inet_merge('10.0.0.1','10.0.0.1'), broadcast('10.0.0.0/0'::inet) from pg_am limit 1

select '10.0.0.5'::inet << '10.0.0.0/8'::inet, '10.0.0.0/8'::inet << '10.0.0.0/8', '10.0.0.0/8'::inet <<= '10.0.0.0/8', '10.0.0.0/8'::inet >> '10.1.0.0/16', '10.0.0.0/8'::inet >>= '10.0.0.0/8', '10.0.0.0/8'::inet && '10.1.0.0/16', '10.0.0.0/8'::cidr && '11.1.0.0/16'::cidr, '::1'::inet << '10.0.0.0/8' from pg_am limit 1

select lower('[1,5)'::int4range), upper('[1,5)'::int4range), lower('empty'::int4range), upper('(,5)'::int4range), lower('(,5)'::int4range), isempty('empty'::int4range), isempty('[1,2)'::int4range), lower_inc('[1,5)'::int4range), upper_inc('[1,5]'::numrange), lower_inf('(,5)'::int4range), upper_inf('(,5)'::int4range), lower_inc('empty'::int4range), lower_inf('empty'::int4range), lower('ABC'), upper('abc'::text), lower('[2020-01-01,2020-02-01)'::daterange), pg_typeof(lower('[2020-01-01,2020-02-01)'::daterange)) from pg_am limit 1

select lower('{[1,5),[7,9)}'::int4multirange), upper('{[1,5),[7,9)}'::int4multirange), isempty('{}'::int4multirange), lower_inc('{[1,5),[7,9)}'::int4multirange), upper_inc('{[1,5),[7,9)}'::int4multirange), lower_inf('{(,5)}'::int4multirange), upper_inf('{(,5)}'::int4multirange), lower('{}'::int4multirange) from pg_am limit 1

select int4range(1,5), int4range(1,5,'[]'), int4range(null,5), int8range(3,3), numrange(1.5,2.5,'()'), daterange('2020-01-01','2020-01-05','(]'), tsrange('2020-01-01','2020-01-02'), tstzrange('2020-01-01 00:00+00',null), numrange(1,null,'[]') from pg_am limit 1

select '[1,5)'::int4range @> 3, '[1,5)'::int4range @> 5, 3 <@ '[1,5)'::int4range, '[1,5)'::int4range @> '[2,3)'::int4range, '[1,5)'::int4range @> 'empty', 'empty'::int4range @> '[1,2)', '[1,5)'::int4range && '[5,6)', '[1,5]'::int4range && '[5,6)', '(,5)'::int4range && '(,1)', '[1.0,2.0)'::numrange @> 2.0, '[1.0,2.0]'::numrange @> '[1.0,2.0)'::numrange, '[1.0,2.0)'::numrange @> '[1.0,2.0]'::numrange, '(1,2)'::numrange @> '[1,2)'::numrange, '[1,2)'::numrange @> '(1,2)'::numrange, '[1,3)'::int4range <@ '(,)', '[2020-01-01,2020-02-01)'::daterange @> '2020-01-15'::date, '(1,2)'::numrange && '[2,3]'::numrange from pg_am limit 1

select length(B'10101'), bit_length(B'10101'), octet_length(B'101010101'), substring(B'110101' from 2), substring(B'110101' from 2 for 3), substring(B'110101', -1, 4), get_bit(B'1010',0), get_bit(B'1010',1), bit_count(B'10111'), set_bit(B'1010',1,1), length('101'::varbit), bit_count('\xff01'::bytea), length(B'') from pg_am limit 1

select timestamp '2020-01-01' - '1 day'::interval from pg_am limit 1

select "timestamp"(date '2020-01-01', time '10:00'), timestamptz(date '2020-01-01', time '10:00'), date '2020-01-01' + time '10:00' from pg_am limit 1

select sum(i), avg(i) from pg_am, (values ('1 day'::interval), ('2 hours'), (null), ('1 month 3 days 00:00:01')) v(i) where amname = 'btree'

select sum(i), avg(i), count(i) from pg_am, (values (null::interval)) v(i) where amname = 'btree'

select avg(i) from pg_am, (values ('1 day'::interval), ('2 days'), ('2 days 1 second')) v(i) where amname = 'btree'

select (time '10:00', time '12:00') overlaps (time '11:00', time '13:00'), (date '2020-01-01', date '2020-02-01') overlaps (date '2020-02-01', date '2020-03-01'), (timestamp '2020-01-01', interval '10 days') overlaps (timestamp '2020-01-05', interval '1 day'), (date '2020-01-01', date '2020-01-01') overlaps (date '2020-01-01', date '2020-01-01') from pg_am limit 1

select array[1,2] && '{2,3}', '{1,2}' @> array[1], 1 = any('{1,2}'), '[1,3)'::int4range = '[1,2]'::int4range, '[1,3)'::int4range < '[1,4)', lower(relname) from pg_class where relname = 'pg_class'

select upper('[1,5)'::int4range) + 1, int4range(1,5) @> 3, pg_typeof(int4range(1,5)) from pg_am limit 1

select daterange('2020-01-01', null) @> date '2021-01-01', tstzrange('2020-01-01 00:00+00','2020-01-02 00:00+00') && tstzrange('2020-01-01 12:00+00', null), '[a,b]'::text from pg_am limit 1

select sum(i) over (order by i) from (select ('1 day'::interval) i from pg_am limit 3) x

select (time '10:00', null::time) overlaps (time '11:00', time '13:00'), (null::time, time '12:00') overlaps (time '11:00', null::time), (time '10:00', time '12:00') overlaps (null::time, null::time), (time '23:00', interval '2 hours') overlaps (time '00:30', time '01:30'), (date '2020-02-01', date '2020-01-01') overlaps (date '2020-01-15', interval '1 day'), (timestamptz '2020-01-01 00:00+00', timestamptz '2020-01-02 00:00+00') overlaps (timestamptz '2020-01-02 00:00+00', interval '1 day') from pg_am limit 1

select pg_stat_file(pg_current_logfile()), pg_stat_file('nope', true), pg_read_file('nope', true), pg_read_file('nope', 0, 9, true), pg_read_file(null) from pg_am limit 1

select pg_ls_dir('nope', true, true)

select name, setting, coalesce(reset_val, ''), source from pg_settings where name in ('archive_command', 'data_directory_mode', 'log_file_mode', 'unix_socket_permissions') order by 1

select nameconcatoid('pg_class', 1259), nameconcatoid(repeat('ä', 31)::name, 1259), nameconcatoid(null, 1)

select count(*) from information_schema.routines r join pg_proc p on nameconcatoid(p.proname, p.oid) = r.specific_name

select hashtext(''), hashtext('a'), hashtext('trunkline'), hashtext('twelve bytes'), hashtext('ä bit more than twelve bytes'), hashtext(relname) from pg_class where oid = 1259

select hashtextextended('', 0), hashtextextended('a', 1), hashtextextended('trunkline and more', -7), hashtextextended('trunkline', 4294967296) from pg_am limit 1

select quote_literal(true), quote_nullable(false), true::name, true::varchar from pg_am limit 1
