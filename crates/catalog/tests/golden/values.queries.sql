select avg(1701411834604692317.31687303715884105727) from pg_am where amname = 'heap'

select avg(x) from (values (12345678901234567890123)) v(x), pg_am where amname = 'heap'

select avg(x), sum(x) from (values ('NaN'::numeric), (1)) v(x), pg_am where amname = 'heap'

select avg(x), sum(x) from (values ('Infinity'::numeric), (1)) v(x), pg_am where amname = 'heap'

select avg(x) from (values ('Infinity'::numeric), ('-Infinity')) v(x), pg_am where amname = 'heap'

select avg(100000), avg(1), avg(1.5), avg(2::bigint), avg(12345678) from pg_am where amname = 'heap'

select avg(x) from (values (0.000001), (0.000002)) v(x), pg_am where amname = 'heap'

select avg(x), avg(-x) from (values (1), (2), (2)) v(x), pg_am where amname = 'heap'

select 2 / 3.0, -2 / 3.0, 2 / -3.0, 1.0 / 3e20, 1e20 / 3, 99999999999999999999999999.5 / 7 from pg_am where amname = 'heap'

select avg(x::float8), avg(nullif(x, x)) from (values (1), (2)) v(x), pg_am where amname = 'heap'

select x from (values ('00000000-0000-0000-0000-0000000000ff'::uuid), ('f0000000-0000-0000-0000-000000000000'), ('0a000000-0000-0000-0000-000000000000')) v(x), pg_am where amname = 'heap' order by x

select '10.0.0.9'::inet < '10.0.0.10', '9.0.0.0'::inet < '10.0.0.0', '10.0.0.0/8'::inet < '10.0.0.0/16', '255.1.1.1'::inet < '::1' from pg_am where amname = 'heap'

select max(x), min(x) from (values ('10.0.0.9'::inet), ('10.0.0.10'), ('9.1.1.1/8')) v(x), pg_am where amname = 'heap'

select '\x0a'::bytea < '\xff', '\x'::bytea < '\x00', '\x64'::bytea < '\x0a00', greatest('\x09'::bytea, '\x10', '\x0aff') from pg_am where amname = 'heap'

select '9'::xid8 < '10'::xid8, '9'::xid8 = '9'::xid8, greatest('9'::xid8, '10'::xid8) from pg_am where amname = 'heap'

select '08:00:2b:01:02:03'::macaddr < 'a0:00:2b:01:02:03', '09:00:2b:01:02:03'::macaddr8 < '10:00:2b:01:02:03' from pg_am where amname = 'heap'

select '(9,1)'::tid < '(10,1)'::tid, '(9,9)'::tid < '(9,10)'::tid from pg_am where amname = 'heap'

select '10:00+02'::timetz < '09:30+01'::timetz, '10:00+02'::timetz = '09:00+01'::timetz, '10:00+02'::timetz < '09:00+01'::timetz from pg_am where amname = 'heap'

select B'1' < B'10', B'011' < B'1', B'1' < B'0111', '101'::varbit > '1001'::varbit from pg_am where amname = 'heap'

select x from (values ('[9,20)'::int4range), ('[10,12)'), ('empty'), ('(,3)'), ('[9,)')) v(x), pg_am where amname = 'heap' order by x

select count(*) from (values ('[1.0,2.0)'::numrange), ('[1.00,2.00)')) v(x), pg_am where amname = 'heap' group by x

select x from (values ('1 mon'::interval), ('31 days'), ('29 days 25:00'), ('30 days')) v(x), pg_am where amname = 'heap' order by x

select array_agg(x order by x desc) from (values ('\x09'::bytea), ('\x10'), ('\x0aff')) v(x), pg_am where amname = 'heap'

select '1.50'::jsonb = '1.5', '{"a":1}'::jsonb @> '{"a":1.0}', '[1.0,2]'::jsonb @> '1', '[1.0]'::jsonb = '[1]', '{"a":1.0}'::jsonb <> '{"a":1}' from pg_am where amname = 'heap'

select '10'::jsonb > '9', '"b"'::jsonb > '"a"', 'true'::jsonb > 'false', 'false'::jsonb > '1', '1'::jsonb > '"a"', '"a"'::jsonb > 'null', '[]'::jsonb < 'null', '[1]'::jsonb > '1', '[1]'::jsonb > 'true', '{}'::jsonb > '[1]', '[]'::jsonb < '{}' from pg_am where amname = 'heap'

select '[1,2]'::jsonb > '[3]', '{"a":1,"b":2}'::jsonb > '{"c":9}', '{"b":1}'::jsonb > '{"a":2}', '{"a":1}'::jsonb < '{"a":2}', '[[]]'::jsonb > '[1]', '[null]'::jsonb < '["a"]', '{"aa":1}'::jsonb > '{"b":1}' from pg_am where amname = 'heap'

select '1.50'::jsonb in ('1.5'), '1.0'::jsonb = any (array['1'::jsonb]) from pg_am where amname = 'heap'

select make_date(2147483647, 1, 1) from pg_am where amname = 'heap'

select make_date(-44, 3, 15), make_date(2024, 2, 29) from pg_am where amname = 'heap'

select make_date(0, 1, 1) from pg_am where amname = 'heap'

select make_date(2023, 2, 29) from pg_am where amname = 'heap'

select make_date(2023, 13, 1) from pg_am where amname = 'heap'

select date '2020-01-01' + 2147483647 from pg_am where amname = 'heap'

select date '2020-01-01' - 2147483647 from pg_am where amname = 'heap'

select date 'infinity' + 5, date '-infinity' - 5, date '2020-01-01' + 31, 31 + date '2020-01-01', date '2020-03-01' - date '2020-02-01' from pg_am where amname = 'heap'

select date 'infinity' - date '2020-01-01' from pg_am where amname = 'heap'

select 1::int2 << 15, 20000::int2 << 2, 1::int4 << 33, 1::int4 << 31, 1::int4 << -1, 1::int8 << 65, (-1)::int2 >> 17, (-8)::int4 >> 33, 4::int8 >> 1, ~ 5::int2 from pg_am where amname = 'heap'

select - (-2147483648), - (-9223372036854775807), -2147483648 from pg_am where amname = 'heap'

select - (-32768)::int2 from pg_am where amname = 'heap'

select 5::money, '12.34'::money::numeric, 12.345::money, (-12.345)::numeric::money, 5::bigint::money from pg_am where amname = 'heap'

select 92233720368547758::bigint::money from pg_am where amname = 'heap'

select 922337203685477580::bigint::money from pg_am where amname = 'heap'

select 1e30::numeric::money from pg_am where amname = 'heap'

select 'NaN'::numeric::money from pg_am where amname = 'heap'

select sum(x), max(x) from (values ('1.50'::money), ('2.25')) v(x), pg_am where amname = 'heap'

select 3.1::float4::float8, 0.1::float4 = 0.1::float8, 16777217::float4::int, 3.1::float4::numeric, 1.1::float8::float4, 16777217::float4, 123456789::float4::numeric from pg_am where amname = 'heap'

select 1e40::float4 from pg_am where amname = 'heap'

select 1e40::float8::float4 from pg_am where amname = 'heap'

select 1e-60::float8::float4 from pg_am where amname = 'heap'

select 1e-60::numeric::float4 from pg_am where amname = 'heap'

select 1e400::numeric::float8 from pg_am where amname = 'heap'

select 'Infinity'::float8::float4, 'NaN'::float8::float4, 1.5::float4 + 0.1::float4, 1::float4 / 3::float4, 0.1::float4 + 0.1::float8, 0.1::float4 * 3::float4 from pg_am where amname = 'heap'

select 3e38::float4 * 10::float4 from pg_am where amname = 'heap'

select 1e308::float8 * 10 from pg_am where amname = 'heap'

select 1e308::float8 + 1e308 from pg_am where amname = 'heap'

select -1e308::float8 - 1e308 from pg_am where amname = 'heap'

select 1e-308::float8 * 1e-308 from pg_am where amname = 'heap'

select 1e-308::float8 / 1e308 from pg_am where amname = 'heap'

select 1e308::float8 / 1e-10 from pg_am where amname = 'heap'

select exp(710::float8) from pg_am where amname = 'heap'

select exp(-1000::float8) from pg_am where amname = 'heap'

select exp('-infinity'::float8), exp('infinity'::float8), 'infinity'::float8 * 2, 1 / 'infinity'::float8, 0::float8 * 5, 0::float8 / 5, 'infinity'::float8 + 1 from pg_am where amname = 'heap'

select sum(x) from (values (1e308::float8), (1e308)) v(x), pg_am where amname = 'heap'

select avg(x) from (values (1e308::float8), (1e308)) v(x), pg_am where amname = 'heap'

select variance(x) from (values (1e200::float8), (-1e200)) v(x), pg_am where amname = 'heap'

select stddev(x) from (values ('infinity'::float8), (1)) v(x), pg_am where amname = 'heap'

select variance(x), var_pop(x), stddev(x) from (values (1::float8), (2), (4)) v(x), pg_am where amname = 'heap'

select x::text, length(x::text) from (select B'101'::bit(20) as x from pg_am where amname = 'heap') t

select length('x'::char(100000)::text || '!'), octet_length('x'::char(100000)), length(B'1'::bit(2000000)::text), length(5::bit(1200000)::text) from pg_am where amname = 'heap'

select 5::bit(3), 5::bit(2), (-1)::bit(40), B'1011'::bit(2), B'1011'::varbit(3), ~ B'101', B'10' || B'01', B'101' & B'110', B'101' # B'110', B'110'::bit(3)::int from pg_am where amname = 'heap'

select bit_and(x), bit_or(x), bit_xor(x) from (values (B'1100'), (B'1010')) v(x), pg_am where amname = 'heap'

select bit_and(x), bit_or(x), bit_xor(x) from (values (12), (10)) v(x), pg_am where amname = 'heap'

select width_bucket('0'::float8, '-1.7e308', '1.7e308', 10), width_bucket('1e308'::float8, '-1.7e308', '1.7e308', 10), width_bucket('1e308'::float8, '1.7e308', '-1.7e308', 10), width_bucket(5e36::numeric, 0, 1e37, 100), width_bucket(5e36::numeric, 1e37, 0, 7), width_bucket(5.35, 0.024, 10.06, 5), width_bucket(5.35::float8, 10.06, 0.024, 5) from pg_am where amname = 'heap'

select width_bucket(1e37::numeric, 0, 1e37, 100), width_bucket(-1::numeric, 0, 1e37, 100), width_bucket(0::numeric, 0, 1e37, 2147483647), width_bucket(9.9e36::numeric, 0, 1e37, 2147483647) from pg_am where amname = 'heap'

select pg_size_pretty(11009536::bigint), pg_size_pretty((10752::bigint*1024*1024-1)), pg_size_pretty(10239::bigint), pg_size_pretty(10240::bigint), pg_size_pretty(10485247::bigint), pg_size_pretty(10485248::bigint), pg_size_pretty(-11009536::bigint), pg_size_pretty(9223372036854775807), pg_size_pretty(-9223372036854775807), pg_size_pretty(0::bigint) from pg_am where amname = 'heap'

select pg_size_bytes('1e1000000') from pg_am where amname = 'heap'

select pg_size_bytes('1e100') from pg_am where amname = 'heap'

select pg_size_bytes('x') from pg_am where amname = 'heap'

select pg_size_bytes('1.5 kB'), pg_size_bytes('-2MB'), pg_size_bytes('1e2 bytes') from pg_am where amname = 'heap'

select array_sort(array[[3,4],[1,2]]), array_sort(array[2,null,1], false, true), array_sort(array[2,null,1], true), array_sort(array[2,null,1], true, false), array_sort('[5:7]={3,1,2}'::int[]), array_sort('{}'::int[]) from pg_am where amname = 'heap'

select array_sort(array[[3,null],[1,2]], true), array_sort(array[['b','a'],['a','z']]) from pg_am where amname = 'heap'

select array_reverse(array[[1,2],[3,4]]), array_reverse('[5:7]={1,2,3}'::int[]), array_reverse('{}'::int[]), array_reverse('[2:3][4:5]={{1,2},{3,4}}'::int[]) from pg_am where amname = 'heap'

select trim_array(array[[1,2],[3,4],[5,6]], 1), trim_array('[5:7]={1,2,3}'::int[], 1), trim_array(array[1,2], 2), trim_array(array[1,2], 0), trim_array('{}'::int[], 0) from pg_am where amname = 'heap'

select trim_array(array[1,2], 3) from pg_am where amname = 'heap'

select array_fill(0, array[null::int]) from pg_am where amname = 'heap'

select array_fill(0, array[2], null) from pg_am where amname = 'heap'

select array_fill(0, array[1,1,1,1,1,1,1]) from pg_am where amname = 'heap'

select array_fill(0, array[2,2], array[1]) from pg_am where amname = 'heap'

select array_fill(0, array[[2,2]]) from pg_am where amname = 'heap'

select array_fill(0, array[-1]) from pg_am where amname = 'heap'

select array_fill(7, array[2,3], array[2,-1]), array_fill(null::int, array[2]), array_fill(1, array[0]), array_fill(1, '{}'::int[]) from pg_am where amname = 'heap'

select array_fill(7, array[2], array[2147483647]) from pg_am where amname = 'heap'

select array_append(array[[1,2]], 3) from pg_am where amname = 'heap'

select array_prepend(3, array[[1,2]]) from pg_am where amname = 'heap'

select array[[1,2]] || 3 from pg_am where amname = 'heap'

select array_append('[5:6]={1,2}'::int[], 3), array_prepend(0, '[5:6]={1,2}'::int[]), array_append(null::int[], 1), array_append('{}'::int[], null), array_prepend(1, null::int[]), 0 || '[5:6]={1,2}'::int[], '[5:6]={1,2}'::int[] || 3 from pg_am where amname = 'heap'

select array_cat('{{1,2}}'::int[], '{3}'::int[]) from pg_am where amname = 'heap'

select array_cat('{{1,2}}'::int[], '{3,4}'::int[]), array_cat('{3,4}'::int[], '{{1,2}}'::int[]), array_cat('{{1,2}}'::int[], '{{3,4},{5,6}}'::int[]), array_cat('[5:6]={1,2}'::int[], '[9:10]={3,4}'::int[]), array_cat('{}'::int[], '[9:10]={3,4}'::int[]), array_cat(null::int[], '{1}'::int[]) from pg_am where amname = 'heap'

select array_cat('{{1,2}}'::int[], '{{3}}'::int[]) from pg_am where amname = 'heap'

select array_cat('{{{1}}}'::int[], '{3}'::int[]) from pg_am where amname = 'heap'

select array_remove(array[[1,2]], 1) from pg_am where amname = 'heap'

select array_remove('[5:7]={1,2,1}'::int[], 1), array_remove('{}'::int[], 1), array_remove(array[1,null,2], null), array_remove(array[1,1], 1), array_remove('[5:7]={1,2,1}'::int[], 9) from pg_am where amname = 'heap'

select array_replace(array[[1,2],[2,1]], 1, 9), array_replace(array[1,null], null, 3), array_replace('[5:6]={1,2}'::int[], 1, 2) from pg_am where amname = 'heap'

select array_position(array[[1,2]], 1) from pg_am where amname = 'heap'

select array_positions(array[[1,2]], 1) from pg_am where amname = 'heap'

select array_position('[5:7]={1,2,1}'::int[], 1), array_position('[5:7]={1,2,1}'::int[], 1, 6), array_positions('[5:7]={1,2,1}'::int[], 1), array_position(array[1,null], null) from pg_am where amname = 'heap'

select 0X1f, 0x1F, 0o17, 0b101, 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF, 0x1_F, 0b_1, 1_000, 0B11, 0O17, 0xFFFFFFFFFF from pg_am where amname = 'heap'

select amname, X'1f', B'11' from pg_am where oid = 0X2 + 0 and oid = 2 and amname <> '0x1' -- 0x5

select 0b2 from pg_am limit 1

select 0o8 from pg_am limit 1

select 0b from pg_am limit 1

select 0b102 from pg_am limit 1

select 100b1 from pg_am limit 1

select 1__0 from pg_am limit 1

select 0x1Fg from pg_am limit 1

select 0x1F__F from pg_am limit 1

select 0xg from pg_am limit 1

select 0x from pg_am limit 1

select 100_ from pg_am limit 1

select 1.5e from pg_am limit 1

select 123abc from pg_am limit 1

select upper(amname) filter (where true) from pg_am limit 1

select upper(distinct amname) from pg_am limit 1

select upper(amname order by 1) from pg_am limit 1

select upper(amname) within group (order by 1) from pg_am limit 1

select upper('x') within group (order by amname) from pg_am limit 1

select count() from pg_am

select sum() from pg_am

select upper(*) from pg_am limit 1

select nosuch(amname) filter (where true) from pg_am limit 1

select row_number() filter (where true) over () from pg_am limit 1

select upper(amname) over () from pg_am limit 1

select count(*) filter (where amname = 'heap'), count(distinct amtype) from pg_am

select sum(*) from pg_am

select sum(1) over (order by oid rows between 1 following and 2 following), sum(1) over (order by oid rows between 2 preceding and 1 preceding), sum(1) over (order by oid rows between current row and current row) from pg_am where amname = 'heap'

select count(*) filter (where true) over () from pg_am where amname = 'heap'

select now(*) from pg_am limit 1

select count(amname order by 1) from pg_am

select row_number(distinct amname) over () from pg_am

select percentile_cont(2) within group (order by x) from (select 1.0::float8 as x from pg_am where false) t

select percentile_cont(0.5) within group (order by x) from (values ('infinity'::float8), ('infinity')) v(x), pg_am where amname = 'heap'

select percentile_cont(0.25) within group (order by x) from (values ('-infinity'::float8), (1), ('infinity')) v(x), pg_am where amname = 'heap'

select percentile_cont(x) within group (order by x) from (values (0.5::float8)) v(x), pg_am where amname = 'heap'

select percentile_disc(x) within group (order by x) from (values (0.5::float8)) v(x), pg_am where amname = 'heap' group by x

select percentile_cont(2) within group (order by x) from (values (0.5::float8)) v(x), pg_am where amname = 'heap'

select percentile_cont(1e20) within group (order by x) from (values (0.5::float8)) v(x), pg_am where amname = 'heap'

select percentile_cont(-0.5) within group (order by x) from (values (0.5::float8)) v(x), pg_am where amname = 'heap'

select percentile_cont('NaN') within group (order by x) from (values (0.5::float8)) v(x), pg_am where amname = 'heap'

select percentile_cont(array[[0,0.5],[1,null]]) within group (order by x) from (values (1::float8), (2)) v(x), pg_am where amname = 'heap'

select percentile_disc(array[[0,0.5],[1,null]]) within group (order by x) from (values (1::float8), (2)) v(x), pg_am where amname = 'heap'

select percentile_cont(array[0.5, 2]) within group (order by x) from (values (1::float8), (2)) v(x), pg_am where amname = 'heap'

select percentile_cont(null) within group (order by x) from (values (1::float8), (2)) v(x), pg_am where amname = 'heap'

select percentile_cont(array[0.5, null]) within group (order by x), percentile_cont(0.5) within group (order by x) from (select 1.0::float8 as x from pg_am where false) t

select percentile_disc(0.5) within group (order by x desc), percentile_cont(0.3) within group (order by x desc), mode() within group (order by x) from (values (1::float8), (2), (2), (5)) v(x), pg_am where amname = 'heap'

select length('a  '::char(5)), char_length('a  '::char(5)), octet_length('a  '::char(5)), bit_length('a  '::char(5)), length('  '::char(2)), length('a  '::varchar(5)) from pg_am where amname = 'heap'

select min_scale(1234567890123456789012345678901234567890.5), min_scale(1.2300), min_scale(100), min_scale(0.000), min_scale('NaN'), trim_scale(1.2300), trim_scale(100), scale(1.2300), trim_scale(1234567890123456789012345678901234567890.5000), trim_scale(-0.500) from pg_am where amname = 'heap'

select to_hex(-1), to_hex(-1::bigint), to_hex(255), to_hex(-2147483648), to_bin(5), to_bin(-1), to_oct(64), to_oct(-1::bigint) from pg_am where amname = 'heap'

select json_agg_strict(null::int), json_agg(null::int), json_agg_strict(x), jsonb_agg_strict(x) from (values (1), (null)) v(x), pg_am where amname = 'heap'

select json_agg_strict(x), json_agg(x) from (select 1 as x from pg_am where false) v

select json_object_agg_strict('a', null::int), jsonb_object_agg_strict('a', null::int) from pg_am where amname = 'heap'

select string_agg('\xff'::bytea, '\x00') from pg_am where amname = 'heap'

select string_agg(x, '\x00'::bytea order by x desc) from (values ('\x01'::bytea), ('\x02'), (null)) v(x), pg_am where amname = 'heap'

select string_agg(x, ','), string_agg(x, null) from (values ('a'), (null), ('b')) v(x), pg_am where amname = 'heap'

select count(*) from pg_am where amname like any (values ('heap'), ('x'))

select count(*) from pg_am where amname = any (values ('heap'), ('btree'))

select count(*) from pg_am where amname <> all (values ('heap'), ('btree'))

select count(*) from pg_am where amname not like all (values ('h%'), ('b%'))

select 1 between 0 and 2 and 1 between 0 and 3, 1 in (1) and 2 in (2), 1 between 0 and 2 is true from pg_am where amname = 'heap'

table pg_am order by 1 limit 1

select jsonb_set('{"a":{"b":1}}','{{a,b}}','2') from pg_am limit 1

select '{"a":{"b":1}}'::jsonb #- '{{a,b}}' from pg_am limit 1

select '{"a":1}'::jsonb #- '{{a}}' from pg_am limit 1

select jsonb_insert('{"a":{"b":1}}','{{a,b}}','2') from pg_am limit 1

select jsonb_set('[1]', '{" 0"}', '2'), jsonb_set('[1]', '{"+0"}', '2'), jsonb_set('[1,2]', '{-1}', '9'), '[1,2]'::jsonb #> '{" 1"}', '[1,2]'::jsonb #> '{-1}' from pg_am limit 1

select jsonb_set('[1]', '{"0x"}', '2') from pg_am limit 1

select jsonb_set('[1]', '{99999999999}', '2') from pg_am limit 1

select jsonb_set('[1]', '{""}', '2') from pg_am limit 1

select '"a"'::jsonb -> 0, '"a"'::jsonb ->> 0, '1'::jsonb -> 0, '"a"'::jsonb -> -1, '"a"'::jsonb -> 1, '"a"'::json -> 0, '"a"'::jsonb #> '{0}', '{"a":1}'::jsonb -> 0, 'null'::jsonb ->> 0, '"a"'::jsonb -> 'a' from pg_am limit 1

select (1 = 1) is distinct from (2 = 2), 1 is not null is not null, not 1 between 0 and 2 from pg_am where amname = 'heap'

select jsonb_set('[1]', '{"0 "}', '2') from pg_am limit 1

select '[1]'::jsonb - '{{a}}'::text[] from pg_am limit 1

select string_agg(x, null::bytea), string_agg(x, '\x'::bytea) from (values ('\x01'::bytea), ('\x02'), (null)) v(x), pg_am where amname = 'heap'

select array[[0,0.5],[1,null]]::float8[], array[[1,2],[3,4]]::text[], array[array[1,2]]::bigint[] from pg_am where amname = 'heap'

select pg_relation_size('pg_class', 'nope') from pg_am where amname = 'heap'

select pg_relation_size('pg_class', 'init'), pg_relation_size(99999999, 'nope') from pg_am where amname = 'heap'

select gcd(12, -18), gcd(-9223372036854775808, 6), lcm(4, 6), gcd(1.5, 0.25), gcd(0, 0), lcm(-4, 6) from pg_am where amname = 'heap'

select gcd(-9223372036854775808, 0) from pg_am where amname = 'heap'

select pg_get_function_arguments(1640), pg_get_function_identity_arguments(2108) from pg_am where amname = 'heap'

select c, i.type, i.schema, i.name, i.identity from (values ('pg_publication'), ('pg_event_trigger'), ('pg_transform'), ('pg_default_acl'), ('pg_statistic_ext'), ('pg_user_mapping'), ('pg_auth_members'), ('pg_largeobject'), ('pg_publication_rel'), ('pg_publication_namespace'), ('pg_subscription'), ('pg_parameter_acl')) v(c), pg_identify_object(c::regclass, 99999999, 0) i order by c

select type, identity from pg_identify_object(1259, 99999999, 3), pg_am where amname = 'heap'

select pg_describe_object(0, 1, 0) from pg_am where amname = 'heap'

select pg_describe_object(0, 0, 0), pg_describe_object(1259, 99999999, 0) from pg_am where amname = 'heap'
