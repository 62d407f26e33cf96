select sum(1) over (rows between current row and 1 preceding) from pg_am

select sum(1) over (rows between unbounded following and current row) from pg_am

select sum(1) over (rows between 1 preceding and unbounded preceding) from pg_am

select sum(1) over (rows between 1 following and current row) from pg_am

select sum(1) over (rows between 1 following and 1 preceding) from pg_am

select sum(1) over (rows unbounded following) from pg_am

select sum(1) over (rows 1 following) from pg_am

select sum(1) over (range between current row and unbounded preceding) from pg_am

select sum(1) over w from pg_am window w as (groups between current row and 1 preceding)

select percentile_cont(distinct 0.5) within group (order by amname) from pg_am

select percentile_cont(0.5 order by 1) within group (order by 1) from pg_am

select count(*) from pg_am where amname = any (table pg_am)

select 1 is distinct from 1 is distinct from 2 from pg_am

select 1 between 0 and 2 between false and true from pg_am

select 'a' like 'a' like 'b' from pg_am

select 1, only 2 from pg_am

select 1 from pg_am, only pg_am b where only = 1

select 1 is distinct from 1 is null from pg_am

select 1 not between 0 and 2 in (true) from pg_am

select 'a' not like 'a' similar to 'b' from pg_am

select x from (values ('{}'::json)) v(x), pg_am where amname = 'heap' order by x

select x from (values ('(1,1)'::point)) v(x), pg_am where amname = 'heap' order by x

select array_agg(x order by x) from (values ('(1,1)'::point)) v(x), pg_am where amname = 'heap'

select count(*) over (w partition by oid) from pg_am window w as (order by oid)

select count(*) over (w order by oid) from pg_am window w as (order by oid)

select count(*) over (w) from pg_am window w as (order by oid rows 1 preceding)

select count(*) over (x) from pg_am window w as (order by oid)

select count(*) over w from pg_am window w as (w2 order by oid), w2 as (partition by amtype)

select count(*) over w from pg_am window w as (order by oid), w as (order by amname)

select indkey = '{1,2}'::int2[] from pg_index

select indkey = '{1,2}'::int2[]::int2vector from pg_index

select indkey = array[1]::int2[] from pg_index where indexrelid = 2662

select proargtypes = proallargtypes from pg_proc

select indkey > array[1::int2] from pg_index

select array_agg(indkey) from pg_index where indexrelid in (2662)

select pg_database_size('nope') from pg_am limit 1

select pg_database_size(99999)

select pg_is_wal_replay_paused()

select pg_get_wal_replay_pause_state()

select pg_split_walfile_name('xyz')

select pg_xact_status('99999999999999999')

select pg_get_acl(9999,1,0)

select parse_ident('a.b;') from pg_am limit 1

select parse_ident('"a') from pg_am limit 1

select parse_ident('.a') from pg_am limit 1

select parse_ident('a.') from pg_am limit 1

select parse_ident('a..b') from pg_am limit 1

select parse_ident('') from pg_am limit 1

select parse_ident('""') from pg_am limit 1

select parse_ident('a b') from pg_am limit 1

select parse_ident('1a') from pg_am limit 1

select pg_input_is_valid('x','nope')

select '0/10'::pg_lsn - 17 from pg_am limit 1

select 'FFFFFFFF/FFFFFFFF'::pg_lsn + 1 from pg_am limit 1

select '0/10'::pg_lsn + 'NaN'::numeric from pg_am limit 1

select '0/10'::pg_lsn - 'NaN'::numeric from pg_am limit 1

select '0/10'::pg_lsn - 'Infinity'::numeric from pg_am limit 1

select varcharin('abcdef', 0, 7) from pg_am limit 1

select int4in('x') from pg_am limit 1

select pg_node_tree_in('x') from pg_am

select json_array_elements('{"a":1}'::json) from pg_am limit 1

select json_array_elements('5'::json) from pg_am limit 1

select json_each('[1]'::json) from pg_am limit 1

select json_each('1'::json) from pg_am limit 1

select json_object_keys('[1]'::json) from pg_am limit 1

select '-'::regoper from pg_am limit 1

select '-'::regoperator from pg_am limit 1

select '-'::regoper

select 'nosuch=r/postgres'::aclitem from pg_am limit 1

select 'pg_monitor=q/postgres'::aclitem from pg_am limit 1

select 'pg_monitor'::aclitem from pg_am limit 1

select '\x6162'::bytea like '\x61%'::bytea, like('\x6162'::bytea, 'a%'::bytea), notlike('\x6162'::bytea, 'a_'::bytea), '\x6162ff'::bytea ~~ 'a%'::bytea, '\x6162ff'::bytea !~~ 'a__'::bytea, '\x61'::bytea like '\\x'::bytea from pg_am limit 1

select set_masklen('10.0.0.1'::inet, 33) from pg_am limit 1

select inet_merge('10.0.0.1','::1') from pg_am limit 1

select int4range(5,1) from pg_am limit 1

select int4range(1,5,'x') from pg_am limit 1

select int4range(1,5,null) from pg_am limit 1

select get_bit(B'1010',7) from pg_am limit 1

select set_bit(B'1010',1,3) from pg_am limit 1

select substring(B'110101', 2, -1) from pg_am limit 1

select isempty(5) from pg_am

select 5 @> 3 from pg_am

select pg_stat_file('nope')

select pg_read_file('nope')

select pg_read_binary_file('nope', 0, 10)

select pg_read_file('nope', 0, -1)

select * from pg_ls_dir('nope', false, true)

select distinct on (amtype) amtype, amname from pg_am order by amname

select distinct on (amtype, amname) amtype, amname from pg_am order by amname, oid, amtype

SELECT 1 = 1 = true FROM pg_am

SELECT 1 < 2 < 3 FROM pg_am

SELECT oid FROM pg_am WHERE oid = 1 <> false

SELECT count(*) FROM pg_am GROUP BY 'x'

SELECT count(*) FROM pg_am GROUP BY 1.5

SELECT count(*) FROM pg_am GROUP BY NULL

SELECT oid FROM pg_am ORDER BY true

SELECT oid FROM pg_am UNION SELECT 1 ORDER BY 'oid'

SELECT DISTINCT ON ('x') oid FROM pg_am

SELECT 'a' 'b' FROM pg_am

SELECT 'a' /* on the same line */ 'b' FROM pg_am

SELECT 1 'b' FROM pg_am

SELECT ROW(oid, amname) = ANY (SELECT 1) FROM pg_am

SELECT (oid, amname) <> ALL (SELECT 1, 2, 3) FROM pg_am

SELECT pg_input_is_valid('1', 'setof int4') FROM pg_am

SELECT pg_input_is_valid('1', 'anyelement') FROM pg_am

SELECT varbit_in('10101', 0, 3) FROM pg_am

SELECT bit_in('101', 0, 4) FROM pg_am

SELECT txid_status(-1) FROM pg_am

SELECT pg_describe_object('pg_enum'::regclass, 1, 0) FROM pg_am

SELECT pg_lsn(18446744073709551616) FROM pg_am

SELECT (time '10:00', interval 'infinity') OVERLAPS (time '11:00', interval '1 hour') FROM pg_am

SELECT time '10:00' - interval '-infinity' FROM pg_am

SELECT timestamp 'infinity' - interval 'infinity' FROM pg_am

SELECT timestamp 'infinity' - timestamp 'infinity' FROM pg_am

SELECT sum(x) FROM (VALUES (interval 'infinity'), ('-infinity')) v(x), pg_am

SELECT interval 'infinity' - interval 'infinity' FROM pg_am

SELECT interval 'infinity' * 0 FROM pg_am

SELECT interval '178956970 years' + interval '178956970 years' FROM pg_am

SELECT oid FROM pg_am ORDER BY '$.a'::jsonpath

SELECT oid FROM pg_am ORDER BY '1:1:'::pg_snapshot

SELECT 1 FROM pg_am GROUP BY '{}'::json

SELECT DISTINCT point '(1,1)' FROM pg_am

select distinct on (point '1,1') 1 from pg_class

select distinct on () amname from pg_am

select distinct on ('x') amname from pg_am

select distinct on (7) amname from pg_am
