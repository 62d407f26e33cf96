select row_to_json(a) from (select oid, amname, amtype, now() is null as x, null as n, array[1,2] arr from pg_am) a order by 1::text limit 3

select row_to_json(row(1,'a','2020-01-01 10:00'::timestamptz,'2020-01-01'::date,1.5,'{1,2}'::int[])) from pg_am limit 1

select json_agg(a order by a.oid) from (select oid, amname from pg_am) a

select jsonb_agg(a order by a.oid) from (select oid, amname from pg_am) a

select json_object_agg(amname, oid order by oid), jsonb_object_agg(amname,amtype) from pg_am

select json_build_object('a',1,'b',array['x'],'c',null,'d',true), jsonb_build_object('b',1,'a','x') from pg_am limit 1

select to_json('a"b'::text), to_jsonb(array[1,2]), array_to_json(array[[1,2],[3,4]]), array_to_json(array[1,2],true) from pg_am limit 1

select '{"a":{"b":[1,2,{"c":"x"}]}}'::jsonb #>> '{a,b,2,c}', '{"a":{"b":[1,2]}}'::jsonb->'a'->'b'->1, '{"a":1}'::json->>'a' from pg_am limit 1

select '{"a":1,"b":2}'::jsonb @> '{"b":2}', '{"a":1}'::jsonb ? 'a', '{"a":1,"b":2}'::jsonb - 'a', '[1,2]'::jsonb || '3'::jsonb from pg_am limit 1

select key, value from pg_am, jsonb_each('{"a":1,"b":"x"}'::jsonb) where amname='heap'

select value from pg_am, json_array_elements_text('["a",1,null]'::json) where amname='heap'

select jsonb_pretty('{"a":[1,2],"b":{}}'::jsonb), jsonb_typeof('[1]'), jsonb_array_length('[1,2]') from pg_am limit 1

select regexp_split_to_array('a b  c','\s+'), regexp_matches('foobar','(o+)(b)'), regexp_replace('abc','(b)','[\1]') from pg_am limit 1

select regexp_split_to_table('hello','') from pg_am where amname='heap'

select substring('foobar' from 'o(.)b'), substring('foobar','o.b'), 'abc' similar to '%(b|d)%', 'abc' similar to 'a' from pg_am limit 1

select 5::bit(7), (5::bit(7) & b'0000100')::int, b'101' , x'1f', 5::bit(7)::int8, ~b'101' from pg_am limit 1

select bpchar('abc'), int4('5'::text), oid(5), name('abc'), text(5::int8) , float8(5) from pg_am limit 1

select encode('\x0061ff5c'::bytea,'escape'), encode('hello'::bytea,'base64'), encode('abc'::bytea,'hex'), decode('616263','hex'), decode('aGVsbG8=','base64') from pg_am limit 1

select acldefault('r',10), acldefault('f',10), acldefault('T',10), acldefault('d',10), acldefault('s',10) from pg_am limit 1

select (aclexplode(acldefault('f',10))).* from pg_am where amname='heap'

select oidvectortypes('23 25 1007'::oidvector), oidvectortypes('') from pg_am limit 1

select * from ts_token_type(3722), pg_am where amname='heap'

select extract(epoch from '2020-01-02 03:04:05.6'::timestamptz), extract(year from '2020-01-02'::date), date_part('dow','2020-01-02'::date), extract(hour from '25:10:00'::interval) from pg_am limit 1

select date_trunc('month','2020-05-17 10:11:12'::timestamp), date_trunc('week','2020-05-17 10:11:12'::timestamptz), date_trunc('hour','2020-05-17 10:11:12'::timestamptz) from pg_am limit 1

select age('2020-05-17'::timestamp,'2019-12-31'::timestamp), '2020-05-17'::timestamp-'2019-12-31 10:00'::timestamp, '2020-01-31'::date + interval '1 month', '2020-01-31'::date - '2020-01-01'::date, '2020-01-31'::date+5 from pg_am limit 1

select to_char('2020-05-07 15:06:07.089'::timestamp,'YYYY-MM-DD HH24:MI:SS.MS AM Mon Month Day DDD Q WW IW FMMonth DDth "x"'), to_char('2020-05-07 15:06:07+00'::timestamptz,'HH12:MI:SS TZ OF') from pg_am limit 1

select '2020-05-07 15:06:07+00'::timestamptz at time zone 'Europe/Berlin', '2020-05-07 15:06:07'::timestamp at time zone 'UTC', interval '1 day' * 2, interval '3 hours' > interval '2 hours' from pg_am limit 1

select round(1.256,2), trunc(1.256,2), round(2.5), round(2.5::float8), power(2,3), sqrt(4), 7/2, 7%3, 7.0/2, -5/2 from pg_am limit 1

select current_date = now()::date, localtimestamp is not null, current_timestamp=now() from pg_am limit 1

select c.oid, c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid=c.oid where c.relname='pg_am' order by attnum

select p.oid, p.prosrc, count(*) from pg_proc p group by p.oid order by 1 limit 2

select regexp_split_to_table(amname::text, 'e') w, count(*) from pg_am group by w order by w

select pg_catalog.substring(amname::text,'h.*p') from pg_am where oid=2

select a, pg_typeof(a), (a).amname, (a).* from pg_am a where a.oid=2

select array_agg(a order by oid) from pg_am a where oid<500

select count(distinct amtype), bool_and(oid>0), every(oid>5), bit_or(oid::int), min(amname), max(amname), avg(oid::int), sum(oid::int) from pg_am

select array_agg(array[oid::int,1] order by oid) from pg_am where oid<500

select * from pg_am order by oid fetch first 2 rows only

select amname, row_number() over w, rank() over w, lag(amname) over w, lead(amname,2,'zz') over w, first_value(amname) over w, last_value(amname) over w, ntile(2) over w from pg_am window w as (order by oid)

select amname, sum(oid::int) over (order by oid rows between 1 preceding and current row) from pg_am order by oid

select format('%-10s|%5s|%I|%L', 'a','b','C d','it''s'), format('%2$s %1$s','a','b') from pg_am limit 1

select array_replace(array[1,2,3],2,9), array_fill(0,array[3]), array_dims(array[[1,2]]), trim_array(array[1,2,3],1), array_cat(array[1],array[2]) from pg_am limit 1

select string_to_table('a,b',',') from pg_am where oid=2

select generate_series('2020-01-01'::timestamp,'2020-01-03','1 day'), generate_series(1.0,2.0,0.5) from pg_am where oid=2

select amname from pg_am where (oid, amname) in ((2,'heap'),(403,'btree')) order by 1

select (1,2) < (1,3), (1,2)=(1,2), row(1,null) is null from pg_am limit 1

select amname collate "C" from pg_am where amname ~* '^B' or amname ilike 'H%' order by amname collate "C"

select distinct on (amtype) amtype, amname from pg_am order by amtype, amname

select * from (values (1,'a'),(2,null)) v(x,y) left join pg_am on oid=x order by 1

with recursive t(n) as (select 1 union all select n+1 from t where n<5) select sum(n) from t, pg_am where oid=2

select 1 from pg_am where nosuch

select 'abc'::int from pg_am

select 1/0 from pg_am

select array_to_string(array(select amname from pg_am order by oid), ',')

select exists(select 1 from pg_am), (select max(oid) from pg_am), 5 = any(array(select 5)) from pg_am limit 1

select amname, lag(amname, 1, 'none') over (order by oid), nth_value(amname, 2) over (order by oid rows between unbounded preceding and unbounded following), percent_rank() over (order by oid), cume_dist() over (order by amtype) from pg_am order by oid

select amtype, count(*), rank() over (order by count(*) desc), sum(count(*)) over () from pg_am group by amtype order by 1

select oid, max(amname) over (order by oid groups between 1 preceding and 1 following) from pg_am order by oid

select 1.0/3, 10/3.0, 100::numeric/7, 0.001/3, 123456789.0/7, 5/10.0 from pg_am limit 1

select generate_series('2020-01-31'::timestamptz, '2020-05-01'::timestamptz, '1 month') from pg_am where oid=2

select generate_series(5,1,-2), generate_series(1,2) from pg_am where oid=2

select (pg_get_keywords()).word from pg_am where oid=2 limit 1

select name, default_version from pg_available_extensions() where name='plpgsql'

select obj_description(2,'pg_am'), obj_description('pg_class'::regclass,'pg_class'), obj_description('lower(text)'::regprocedure,'pg_proc')

select date '2020-01-01' + 1, time '10:00' , timestamp '2020-01-01 10:00:00' - interval '1 hour 30 min', '1 year 2 mons'::interval from pg_am limit 1

select extract(epoch from interval '1 day 2 hours'), justify_days(interval '40 days'), make_date(2020,2,29) from pg_am limit 1

select to_timestamp(0), date_part('year', now()) > 2000 from pg_am limit 1

select amname::varchar(3), amname::char(6) || '|', '5'::char, true::text, 1::bool, 'yes'::bool from pg_am where oid=2

select '{1,2,3}'::int[] @> '{2}', '{1,2}'::int[] && '{3}', array[1,2] || 3, 0 || array[1], array[1]||array[2,3], '{a,b}'::text[] = array['a','b'] from pg_am limit 1

select array_position(array['a','b'],'b'), array_positions(array[1,2,1],1), array_length(array[1,2],1), cardinality(array[[1],[2]]), array_upper('{}'::int[],1), array_remove(array[1,2],1) from pg_am limit 1

select unnest(array[1,2]), unnest(array['a','b','c']) from pg_am where oid=2

select * from unnest(array[1,2],array['a']) with ordinality u(a,b,n), pg_am where oid=2

select a.amname, x.n from pg_am a, lateral (select count(*) n from pg_opclass o where o.opcmethod=a.oid) x order by 1

select string_agg(amname, ', ' order by amname desc), string_agg(distinct amtype::text, '') from pg_am

select count(*) filter (where amtype='i'), sum(case when amtype='t' then 1 else 0 end) from pg_am

select coalesce(null, 'x'), nullif('a','a'), greatest(1,3,2), least('b','a') from pg_am limit 1

select case amtype when 'i' then 'index' else 'table' end c, count(*) from pg_am group by 1 order by 1

select amname from pg_am except select 'heap' order by 1

select amname from pg_am intersect select 'heap'

select 'a' like 'A', 'a' ilike 'A', 'abc' like 'a\%', 'a%' like 'a\%', 'abc' ~ '^a.c$', 'abc' !~* 'B' from pg_am limit 1

select amname from pg_am where oid between 400 and 500 and amname not like 'h%' order by 1

select amname from pg_am order by amtype desc, amname limit 2 offset 1

select t.* from (values (1,'one'),(2,'two')) as t(id, name), pg_am where oid=2 order by id

select pg_typeof(1), pg_typeof('a'), pg_typeof(1.5), pg_typeof(array[1]), pg_typeof(null), pg_typeof(now()) from pg_am limit 1

select quote_ident('a b'), quote_literal('a''b'), quote_nullable(null), format('%s', 1) from pg_am limit 1

select split_part('a,b,c',',',2), strpos('abc','c'), translate('abc','ab','x'), lpad('a',3,'-'), repeat('ab',2), reverse('abc'), left('abc',2), right('abc',2) from pg_am limit 1

select sum(oid::int) from pg_am having count(*) > 100

select amname, oid from pg_am group by amname order by 1

select * from pg_am a join pg_am b using (oid) where a.amname='heap'

select amname from pg_am where amname = any('{heap,btree}') order by 1

select amname from pg_am where oid = any(array(select oid from pg_am where amtype='t'))

select amname from pg_am where not exists (select from pg_opclass where opcmethod=pg_am.oid)

select xmin is not null, tableoid::regclass, ctid is not null from pg_am limit 1

select count(*) from pg_class c where c.oid = (select oid from pg_class where relname = c.relname and relnamespace = 11)

select 'a'||1, 1||'a', 'x' || null from pg_am limit 1

select now() - '1 day'::interval < now(), current_date - 1 < current_date from pg_am limit 1

select E'a\tb', U&'\0061', $$dollar$$, 'it''s' from pg_am limit 1

select cast(1.5 as int), cast(2.5 as int), 3.7::int8, '12'::int2, 70000::int2 from pg_am limit 1

select array_agg(amname order by amname) filter (where amtype='t'), array_agg(distinct amtype order by amtype) from pg_am

select json_agg(json_build_object('n',amname) order by oid) from pg_am where oid<500

select jsonb_build_object('a', array[1,2], 'b', now()::date = current_date) from pg_am limit 1

select nosuch(1) from pg_am

SELECT 'x'::pg_node_tree FROM pg_am

SELECT a.d FROM (SELECT relname || 'x' AS d, relkind AS k FROM pg_class) a WHERE a.d = 'pg_classx' AND a.k = 'r'

select count(*) from pg_attribute where (attrelid, attnum) in (('1259', '1'), ('1249', '2'))

select (oid, relname) not in (('1259', 'pg_class'), (5, 'x')) from pg_class where oid = 1259

select c.relname, n.tableoid, n.xmin, n.ctid, c.tableoid from pg_class c left join pg_namespace n on n.oid = 0 where c.oid = 1259

select count(*) from pg_class c left join pg_namespace n on n.oid = 0 where c.oid = 1259 and n.tableoid is null

select '0777'::regclass::oid from pg_am limit 1

select relname from pg_class where relname = 'pg_classes'::varchar(8)

select 'lon'::text = 'longer'::varchar(3) from pg_am limit 1

select count(*) from pg_am where amtype = 'iq' and 'i' = 'iq'

select count(*) from pg_class where relkind = 'zel' or relname::text = 'zel'

select 1 from pg_class where oid = 5 and relpages > 1 / 0

select c.relname from pg_class c left join pg_index i on i.indrelid = c.oid where c.relname = 'nope' and i.indnatts > 1 / 0

SELECT relkind IN ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'r') AS is_some, count(*) > 0 FROM pg_catalog.pg_class GROUP BY relkind IN ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'r') ORDER BY 1

SELECT DISTINCT relkind = ANY ('{r,v}'::text[]) AS is_some FROM pg_catalog.pg_class ORDER BY relkind = ANY ('{r,v}'::text[])

SELECT c.amname, (c.*) IS NOT NULL AS two FROM pg_catalog.pg_am c WHERE c.* IS NOT NULL ORDER BY c.oid LIMIT 2

SELECT a.oid FROM pg_catalog.pg_am a LEFT JOIN pg_catalog.pg_opclass o ON o.opcmethod = a.oid AND o.opcname = 'date_ops' WHERE o.* IS NULL ORDER BY 1

SELECT count(*) FROM pg_catalog.pg_am WHERE pg_am.* IS DISTINCT FROM NULL

SELECT count(*) FROM pg_catalog.pg_am WHERE pg_catalog.pg_am.* IS NOT NULL

SELECT count(*) FROM pg_catalog.pg_am c WHERE c.* = c.*

SELECT c.amname FROM pg_catalog.pg_am c WHERE c.*::text LIKE '(2,%'

SELECT CASE WHEN c.* IS NULL THEN 1 ELSE 2 END FROM pg_catalog.pg_am c LIMIT 1

SELECT to_json(c.*) FROM pg_catalog.pg_am c WHERE c.oid = 2

SELECT (SELECT 1 WHERE a.* IS NOT NULL) FROM pg_catalog.pg_am a WHERE a.oid = 2

SELECT 1 FROM pg_catalog.pg_am c WHERE x.* IS NULL

SELECT count(x.*) FROM pg_catalog.pg_am c LIMIT 1

SELECT count(x.*) FROM (SELECT oid AS x FROM pg_catalog.pg_am) x

SELECT oid, count(*) OVER (w ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), row_number() OVER (w) FROM pg_catalog.pg_am WINDOW w AS (ORDER BY oid)

SELECT oid, count(*) OVER w2, rank() OVER (w ORDER BY oid DESC) FROM pg_catalog.pg_am WINDOW w AS (PARTITION BY amtype), w2 AS (w ORDER BY oid) ORDER BY 1

select view.relname from pg_class view where view.oid=1259

select cluster.relname, explain.amname from pg_class cluster, pg_am explain where cluster.oid=1259 and explain.amname='heap'

select global.relname from pg_class global join pg_am start on true join pg_am format on true join pg_am partition on true where global.oid=1259 limit 1

select exists.oid, trim.oid from pg_class as exists, pg_class trim where exists.oid=1259 and trim.oid=1259

select relname isnull from pg_class where oid=1259

select count(*) from pg_class where relacl isnull and relname notnull and oid=1259

select relname view, oid analyze, relkind cluster, relname exclude, oid select, 1 values, 4 lateral, 5 explain from pg_class where oid=1259

select c.user, c.null, c.current_date, c.from, c.left from (select rolname as user, 1 as null, 2 as current_date, 3 as "from", 4 as "left" from pg_roles) c where c.user='postgres'

select oid over from pg_class

select amname char from pg_am

select 1 from pg_am select

select pg_catalog.left(amname, 2), 'x'::pg_catalog.varchar, amname collate pg_catalog.default from pg_am where amname='heap'

SELECT u.* FROM pg_catalog.pg_index i, LATERAL unnest(i.indkey, i.indoption) u(a, b) WHERE i.indexrelid = 2663

SELECT u.* FROM pg_catalog.pg_index i LEFT JOIN LATERAL unnest(i.indkey, ARRAY['x']) WITH ORDINALITY u(a, b, n) ON true WHERE i.indexrelid = 2663

SELECT i.relname FROM pg_catalog.pg_class i CROSS JOIN LATERAL pg_catalog.unnest(ARRAY[1], ARRAY[2]) WHERE i.oid = 1259

select name 'a' from pg_class where relname='pg_am'

select pg_catalog.text 'a', pg_catalog.regclass 'pg_class', information_schema.sql_identifier 'a' from pg_am limit 1

select case 'a' when 'a' then text 'x' else 'y' end from pg_am limit 1

select foo 'bar' from pg_am

select date '2024-01-01', interval '1' day, timestamp with time zone '2024-01-01 00:00+00', time '10:00', interval '1 day' from pg_am limit 1

select amname like 'a' escape '\', amname || 'x', now() at time zone 'UTC' is null from pg_am limit 1

select name E'a\'b', regclass $$pg_class$$ from pg_am limit 1

select "name" 'a' from pg_am limit 1

select int4range '[1,2)', json '{}', jsonb '{}', uuid '11111111-1111-1111-1111-111111111111', point '(1,2)', varchar 'x', text 'a' || 'b' from pg_am limit 1

select (select max(a.attnum)) from pg_attribute a where attrelid='pg_class'::regclass

select c.relname,(select max(a.attnum)) from pg_class c join pg_attribute a on a.attrelid=c.oid where c.relname in ('pg_am','pg_type') group by 1 order by 1

select c.relname,(select string_agg(a.attname, ',' order by a.attnum desc)) from pg_class c join pg_attribute a on a.attrelid=c.oid where c.relname in ('pg_am') group by 1 order by 1

select c.relname,(select count(*) filter (where a.attnum>0)) from pg_class c join pg_attribute a on a.attrelid=c.oid where c.relname in ('pg_am','pg_type') group by 1 order by 1

select c.relname, array(select unnest(array_agg(a.attname order by a.attnum))) from pg_class c join pg_attribute a on a.attrelid=c.oid where c.relname in ('pg_am') group by 1 order by 1

select c.relname, exists(select 1 where count(a.attname) > 10) from pg_class c join pg_attribute a on a.attrelid=c.oid where c.relname in ('pg_am','pg_type') group by 1 order by 1

select c.relname, 12 in (select count(a.attname)) from pg_class c join pg_attribute a on a.attrelid=c.oid where c.relname in ('pg_am','pg_type') group by 1 order by 1

select c.relname, 10 = any(select count(a.attname)) from pg_class c join pg_attribute a on a.attrelid=c.oid where c.relname in ('pg_am','pg_type') group by 1 order by 1

select c.relname, (select x from (select max(a.attnum) x) y) from pg_class c join pg_attribute a on a.attrelid=c.oid where c.relname in ('pg_am','pg_type') group by 1 order by 1

select c.relname from pg_class c join pg_attribute a on a.attrelid=c.oid where c.relname in ('pg_am','pg_type') group by 1 having (select count(a.attname) > 12) order by 1

select (select nspname from pg_namespace n where n.oid = min(c.relnamespace)) from pg_class c where c.relname = 'pg_class'

select array(select x from unnest(array_agg(a.attname order by a.attnum)) x) from pg_attribute a where a.attrelid = 'pg_am'::regclass

select c.relkind, (select count(*) from pg_class d where d.relkind = c.relkind) > 0 from pg_class c where relname = 'pg_class' group by c.relkind

select (select max(a.attnum) + min(b.oid::int) from pg_am b) from pg_attribute a where attrelid='pg_class'::regclass

select (select max(a.attnum + b.oid::int) from pg_am b where b.amname = 'heap') from pg_attribute a where attrelid='pg_am'::regclass order by 1

select max((select max(a.attnum))) from pg_attribute a

select (select sum(max(a.attnum))) from pg_attribute a

select (select sum(max(a.attnum) + b.oid::int) from pg_am b where b.amname = 'heap') from pg_attribute a where attrelid='pg_am'::regclass

select max(min(attnum)) from pg_attribute

select (select percentile_disc(b.oid::int / 1000000.0) within group (order by a.attnum) from pg_am b) from pg_attribute a

select (select percentile_disc(max(a.attnum)) within group (order by a.attnum)) from pg_attribute a

select (select percentile_disc(0.5) within group (order by a.attnum)) from pg_attribute a where attrelid='pg_am'::regclass

select 1 from pg_class c where (select max(c.oid)) > 0

select 1 from pg_class c where max(c.oid) > 0

select 1 from pg_class c join pg_am a on a.oid = max(c.relam)

select 1 from pg_class c join pg_am a on (select max(c.relam) > 1)

select 1 from pg_class c group by (select max(c.relam))

select 1 from pg_class c group by max(c.relam)

select 1 from pg_class c, lateral (select max(c.relam)) x

select 1 from pg_class c, generate_series(1, max(c.relam)) x

select 1 from pg_class c, lateral generate_series(1, (select max(c.relam))::int) x

select (select 1 limit max(a.attnum)) from pg_attribute a where attrelid='pg_am'::regclass

select (values (max(a.attnum))) from pg_attribute a where attrelid='pg_am'::regclass

select (select a.attname) from pg_attribute a group by a.attnum

select (select a.attname from pg_am b where b.oid = max(a.attnum)) from pg_attribute a

select (select max(a.attnum)), a.attname from pg_attribute a

select (select count(*) from pg_am b where b.oid = a.attrelid), count(*) from pg_attribute a

select (select max(b.amname || a.attname) from pg_am b), count(*) from pg_attribute a

select a.attrelid::regclass, (select string_agg(t.typname || a.attrelid, ',' order by t.oid) from pg_type t where t.oid in (16,17)) from pg_attribute a where attrelid='pg_am'::regclass group by a.attrelid

select (select row_number() over (order by max(a.attnum))) from pg_attribute a where attrelid='pg_am'::regclass

select (select sum(max(a.attnum)) over ()) from pg_attribute a where attrelid='pg_am'::regclass

select rank() over (order by (select max(a.attnum)) desc), a.attrelid::regclass from pg_attribute a where attrelid in ('pg_am'::regclass, 'pg_class'::regclass) group by a.attrelid order by 1

select count(*) filter (where max(attnum) > 1) from pg_attribute

select count(*) filter (where (select max(a.attnum)) > 1) from pg_attribute a

select count(*) filter (where max(attnum) > 1) over () from pg_attribute

select (select count(*) filter (where b.oid > max(a.attnum)) from pg_am b) from pg_attribute a where attrelid='pg_am'::regclass

select (with x as (select max(a.attnum) m) select m from x) from pg_attribute a where attrelid='pg_am'::regclass

select (with x as (select 1 as one) select max(a.attnum + (select one from x))) from pg_attribute a where attrelid='pg_am'::regclass

select (select max(a.attnum) union all select min(a.attnum) limit 1) from pg_attribute a where attrelid='pg_am'::regclass

select sum(row_number() over ()) from pg_am

select (select max((select a.attnum + b.oid::int from pg_am b where b.amname = 'heap'))) from pg_attribute a where attrelid='pg_am'::regclass

select a.attrelid::regclass, (select (select max(a.attnum))) from pg_attribute a where attrelid in ('pg_am'::regclass, 'pg_class'::regclass) group by 1 order by 1

select (select (select count(a.attname || c.relname)) from pg_class c where c.relname in ('pg_am', 'pg_class')) from pg_attribute a where attrelid = 'pg_am'::regclass and attnum > 0

select a.attrelid::regclass from pg_attribute a where attrelid in ('pg_am'::regclass, 'pg_class'::regclass) group by 1 order by (select max(a.attnum)) desc

select distinct on ((select max(a.attnum))) a.attrelid::regclass from pg_attribute a where attrelid in ('pg_am'::regclass, 'pg_class'::regclass) group by 1 order by (select max(a.attnum)) desc

select (select json_agg(a order by a.oid)) from pg_am a

select (select count(a)) from pg_am a

select (select count(a.*)) from pg_am a

select (select count(tableoid)) from pg_am a

select (select count(1) from pg_am a) from pg_am b order by b.oid limit 1

select (select count(*)) from pg_am b

select (select count(b.oid) from pg_am a where a.oid = b.oid) from pg_am b

select (select a.oid from pg_am a where a.oid = b.oid and count(b.oid) > 1) from pg_am b

select (select count(b.oid) from pg_am a group by b.amname) from pg_am b

select relkind, grouping(relkind), (select max(c.relpages) >= 0) from pg_class c where relnamespace = 11 group by rollup(relkind) order by 1, 2

select (select array_agg(x) from unnest(array_agg(a.attname order by a.attnum)) x) from pg_attribute a where attrelid = 'pg_am'::regclass

select (select max(b.oid) from pg_am b having count(a.oid) > 1) from pg_am a

select (select percentile_disc(a.oid::int / 10000.0) within group (order by b.oid) from pg_am b) from pg_am a group by a.oid order by a.oid limit 1

select percentile_disc(oid::int / 100000.0) within group (order by oid) from pg_am

select (select percentile_disc(a.oid::int / 100000.0) within group (order by a.oid)) from pg_am a

select 1 from pg_am having max(oid) > (select max(a.oid) from pg_class a)

select (select sum(a.attnum) over ()) from pg_attribute a where attrelid='pg_am'::regclass

select (select max(a.attnum) over (order by max(a.attnum))) from pg_attribute a where attrelid='pg_am'::regclass

select c.relname as c from pg_class c where relname='pg_am' group by c

select lower(n.nspname) as n from pg_namespace n where nspname like 'pg_c%' group by n

select lower(n.nspname) as n, count(*) from pg_namespace n where nspname like 'pg_c%' group by rollup(n) order by 1

select lower(n.nspname) as n, count(*) from pg_namespace n where nspname like 'pg_c%' group by grouping sets ((n), ()) order by 1

with n as (select nspname from pg_namespace where nspname like 'pg_c%') select nspname as n from n group by n

select relname as pg_class from pg_class where relname='pg_am' group by pg_class

select relname as pg_class from pg_class where relname='pg_am' group by (pg_class)

select relname as x, count(*) from pg_class where relname='pg_am' group by (x)

select relname as x, count(*) from pg_class where relname='pg_am' group by (1)

select (select lower(c.relname) as relname from pg_am a where amname = 'heap' group by relname) from pg_class c where relname = 'pg_am'

select (select count(*) from pg_am a where amname = 'heap' group by relname) from pg_class c where relname = 'pg_am'

select upper(relname) as relname from pg_class c where relname = 'pg_am' group by relname

select relnamespace::int as ctid from pg_class c where relname = 'pg_am' group by ctid

select 1 as oid from pg_class a, pg_am b group by oid

select c as d from pg_am c where amname = 'heap' group by c

select c as d from pg_am c where amname = 'heap' group by d

select nosuch from pg_am group by nosuch

select 1 from pg_am group by nosuch

select relkind as k, relname as n, count(*) from pg_class where relname = 'pg_am' group by cube(k, n) order by 1, 2

select relkind as k, relname as n, count(*) from pg_class where relname = 'pg_am' group by (k, n) order by 1, 2

select count(*) as c from pg_class c where relname = 'pg_am' group by c

select n from pg_namespace n where nspname='pg_catalog' group by n.*

select n from pg_namespace n where nspname='pg_catalog' group by n

select row_to_json(n) from pg_namespace n where nspname='pg_catalog' group by n

select to_jsonb(n) from pg_namespace n where nspname='pg_catalog' group by n.*

select (n.*)::text from pg_namespace n where nspname='pg_catalog' group by n

select n.nspname from pg_namespace n where nspname='pg_catalog' group by n

select (n).nspname from pg_namespace n where nspname='pg_catalog' group by n

select n.* from pg_namespace n where nspname='pg_catalog' group by n

select n.nspname, n from pg_namespace n where nspname='pg_catalog' group by n, n.nspname

select n from pg_namespace n where nspname='pg_catalog' group by n.nspname

select n from pg_namespace n where nspname='pg_catalog' group by n.oid

select a from pg_am a where amname in ('heap', 'hash') group by rollup(a) order by 1

select count(*), (select a::text) from pg_am a where amname in ('heap', 'hash') group by a order by 2

select count(*), (select a.amname) from pg_am a where amname in ('heap', 'hash') group by a order by 2

select a from (select amname, oid from pg_am where amname in ('heap', 'hash')) a group by a order by 1

select n, count(*) from pg_am n group by n having count(*) > 1

select a.* from pg_am a, pg_am b where a.oid = 2 group by a.oid order by a.*

select a, b from pg_am a, pg_am b where a.oid = 2 and b.oid = 2 group by a.*, b.*

select a from pg_am a where a.oid = 2 group by grouping sets ((a), (a.oid)) order by 1

select distinct a from pg_am a where a.oid = 2 order by a

select relname, row_number() over () as r from pg_class where relname = 'pg_am' group by relname, 2

select relname, generate_series(1,2) as r from pg_class where relname = 'pg_am' group by relname, r order by r

select (c).* from pg_am c where c.oid = 2 group by c.oid

select (c).amname, count(*) from pg_am c where c.oid = 2 group by (c).amname

select * from pg_am group by amname

select lower(amname) as amname, count(*) from pg_am where oid = 2 group by amname

select (a).amname as n from pg_am a where a.oid = 2 order by (n)

select oid as o from pg_am order by (1) limit 1

select amname as a, oid as a from pg_am group by a

select amname as a, oid as a from pg_am order by a

select distinct on (a) amname as a, oid as a from pg_am

select amname as a, amname as a from pg_am where oid = 2 group by a order by a

select count(*) from pg_index where indkey <> '0' and indexrelid < 16384

select count(*) from pg_index where indkey = '1 2' and indexrelid < 16384

select count(*) from pg_index where '1 2' = indkey and indexrelid < 16384

select count(*) from pg_index where indkey in ('0') and indexrelid < 16384

select count(*) from pg_index where indkey in ('1', '1 2') and indexrelid < 16384

select count(*) from pg_index where indkey not in ('1') and indexrelid < 16384

select case indkey when '1' then 'a' when '1 2' then 'b' else 'c' end as k, count(*) from pg_index where indexrelid < 16384 group by 1 order by 1

select coalesce(indkey,'0') from pg_index where indexrelid = 2662

select pg_typeof(coalesce(indkey,'0')) from pg_index where indexrelid = 2662

select nullif(indkey,'1') from pg_index where indexrelid = 2662

select nullif(indkey,'2') from pg_index where indexrelid = 2662

select '1 2'::int2vector = '1 2' from pg_am where oid = 2

select ('1 2'::int2vector)[0] from pg_am where oid = 2

select ('1 2'::int2vector)[1], ('1 2'::int2vector)[2] from pg_am where oid = 2

select count(*) from pg_index where indkey = any(array['1'::int2vector]) and indexrelid < 16384

select count(*) from pg_index where indkey = any(array['1'::int2vector, '1 2']) and indexrelid < 16384

select array['1','2 3']::int2vector[] from pg_am where oid = 2

select pg_typeof(array['1','2 3']::int2vector[]) from pg_am where oid = 2

select count(*) from pg_proc where proargtypes < '23 23' and oid < 16384

select count(*) from pg_proc where proargtypes > '23 23' and oid < 16384

select count(*) from pg_proc where proargtypes <= '23 23' and oid < 16384

select count(*) from pg_proc where proargtypes >= '23 23' and oid < 16384

select count(*) from pg_proc where proargtypes = '23 23' and oid < 16384

select count(*) from pg_proc where proargtypes <> '23 23' and oid < 16384

select count(*) from pg_proc where '23 23' > proargtypes and oid < 16384

select '1 2'::oidvector < '3' from pg_am where oid = 2

select '3'::oidvector < '1 2' from pg_am where oid = 2

select '3 4'::oidvector < '3 5' from pg_am where oid = 2

select indclass = '1981' from pg_index where indexrelid = 2662

select indclass in ('1981', '1 2') from pg_index where indexrelid = 2662

select indclass = any(array['1981'::oidvector]) from pg_index where indexrelid = 2662

select indclass = any('{1981}') from pg_index where indexrelid = 2662

select indkey = any('{1}') from pg_index where indexrelid = 2662

select indkey < '2' from pg_index where indexrelid = 2662

select proargtypes from pg_proc where oid in (2108, 2147, 2803, 1299, 376, 1064) order by proargtypes

select proargtypes from pg_proc where oid in (2108, 2147, 2803, 1299, 376, 1064) order by proargtypes desc

select min(indexrelid) from pg_index group by indkey order by 1 limit 3

select indkey from pg_index where indexrelid in (2662, 2663, 2655) order by indkey

select distinct proargtypes from pg_proc where oid in (2108, 2147, 2803, 1299, 376, 1064) order by 1

select indkey is distinct from '1' from pg_index where indexrelid = 2662

select indkey::text = '1' from pg_index where indexrelid = 2662

select indkey = 'x' from pg_index

select indkey = '{1}' from pg_index

select '1 x'::int2vector from pg_am

select '1 70000'::int2vector from pg_am

select '1 2 '::int2vector from pg_am where oid = 2

select '  1   2'::int2vector, ''::int2vector from pg_am where oid = 2

select greatest(indkey, '2') from pg_index where indexrelid = 2662

select greatest(indclass, '2') from pg_index where indexrelid = 2662

select indkey || '2' from pg_index where indexrelid = 2662

select indkey || 2::int2 from pg_index where indexrelid = 2662

select '2' || indkey from pg_index where indexrelid = 2662

select 1 = any(indkey) from pg_index where indexrelid = 2662

select '1' = any(indkey) from pg_index where indexrelid = 2662

select indkey @> '{1}' from pg_index where indexrelid = 2662

select indkey::int2[] @> '{1}' from pg_index where indexrelid = 2662

select array_to_string(indkey, ',') from pg_index where indexrelid = 2663

select array_position(indkey, 1::int2) from pg_index where indexrelid = 2663

select indkey = '1'::int2vector from pg_index where indexrelid = 2662

select indkey::int2[] = array[1]::int2[] from pg_index where indexrelid = 2662

select indkey::int2[] = '{1}' from pg_index where indexrelid = 2662

select string_to_array(indkey::text, ' ') = '{1}' from pg_index where indexrelid = 2662

select proargtypes = '' from pg_proc where oid = 2803

select proargtypes::oid[] = proallargtypes from pg_proc where oid = 2803

select proargtypes[0] from pg_proc where oid = 1299

select indkey between '1' and '2' from pg_index where indexrelid = 2662

select indclass between '1' and '2000' from pg_index where indexrelid = 2662

select max(proargtypes) from pg_proc

select indkey from pg_index where indexrelid = 2662 union select '1 2' order by 1

select (values ('1 2'::int2vector)) from pg_am where oid = 2

select indkey = (select indkey from pg_index where indexrelid = 2662) from pg_index where indexrelid = 2662

select count(*) from pg_proc p where exists (select 1 from pg_proc q where q.proargtypes = p.proargtypes and q.oid = 1299)

select indkey in (select indkey from pg_index where indexrelid = 2662) from pg_index where indexrelid = 2662

select array['1'::int2vector, '2'] from pg_am where oid = 2

select (indkey::int2[])[0:0] from pg_index where indexrelid = 2662

select indkey[0:0] from pg_index where indexrelid = 2662

select min(proargtypes), max(indkey) from pg_proc, pg_index where indexrelid in (2662, 2663)

select array(select indkey from pg_index where indexrelid in (2662, 2663) order by indexrelid)

select array(select array[1,2] from pg_am where oid = 2) from pg_am where oid = 2

select array[indkey, '3 4'] from pg_index where indexrelid = 2663

select unnest(array[indkey, '3 4']) from pg_index where indexrelid = 2663

select array[indkey, null] from pg_index where indexrelid = 2663

select array[array[indkey], array[indkey]] from pg_index where indexrelid = 2663

select proargtypes::oid[] < '{23,23}'::oid[] from pg_proc where oid = 1299

select greatest('1 2'::oidvector, '5') from pg_am where oid = 2

select (select array_agg((select typname from pg_type pt where pt.oid = p.oid)) from unnest(proallargtypes) p) from pg_proc where proname='json_populate_record'

select p.text from unnest(array[1,2]) p, pg_am where pg_am.oid = 2

select g.int4 from generate_series(1,2) g, pg_am where pg_am.oid = 2

select g.int8, g.numeric from generate_series(1,2) g, pg_am where pg_am.oid = 2

select (oid).regclass from pg_class where relname = 'pg_am'

select (c.relname).upper from pg_class c where relname = 'pg_am'

select (x).text from (select oid as x from pg_am where oid = 2) y

select t.row_to_json from pg_am t where oid = 2

select c.row_to_json from pg_am c where oid = 2

select count(p.*) from unnest(array[1,2]) p, pg_am where pg_am.oid = 2

select count(p.*) from pg_am a, unnest(array[1,null]) p where a.oid = 2

select p.nosuch from unnest(array[1,2]) p, pg_am

select c.nosuch from pg_am c

select (c.amname).nosuch from pg_am c

select (c.oid).nosuch from pg_am c

select (c).nosuch from pg_am c

select (c.oid).text from pg_am c where oid = 2

select c.text from pg_am c where oid = 2

select c.to_jsonb from pg_am c where oid = 2

select c.json_agg from pg_am c where oid = 2

select c.count from pg_am c

select (c.amname).length from pg_am c where oid = 2

select c.amname.length from pg_am c where oid = 2

select pg_catalog.pg_am.row_to_json from pg_catalog.pg_am where oid = 2

select p.regtype from unnest(array[16::oid]) p, pg_am where pg_am.oid = 2

select p.oid from unnest(array['23'::text]) p, pg_am where pg_am.oid = 2

select p.regtype from unnest(array['int4'::text]) p, pg_am where pg_am.oid = 2

select p.name from unnest(array['int4'::text]) p, pg_am where pg_am.oid = 2

select p.varchar from unnest(array['int4'::text]) p, pg_am where pg_am.oid = 2

select (relname).text from pg_class where relname = 'pg_am'

select (relname).varchar from pg_class where relname = 'pg_am'

select (relnamespace).regnamespace from pg_class where relname = 'pg_am'

select (relacl).unnest from pg_class where relname = 'pg_am'

select (relacl).array_length from pg_class where relname = 'pg_am'

select (relacl).cardinality from pg_class where relname = 'pg_am'

select c.unnest from unnest(array[array[1,2]]) c, pg_am

select x.relname.upper from pg_class x

select a.a from pg_am a where oid = 2

select g.g from generate_series(1,1) g, pg_am where pg_am.oid = 2

select g.pg_typeof from generate_series(1,1) g, pg_am where pg_am.oid = 2

select (c.oid).pg_get_userbyid from pg_am c where oid = 2

select (oid).pg_get_indexdef from pg_class where relname = 'pg_am_oid_index'

select c.pg_typeof from pg_am c where oid = 2

select c.name from pg_am c where oid = 2

select (c).name from pg_am c where oid = 2

select c.int4 from pg_am c where oid = 2

select (1).text from pg_am where oid = 2

select ('1').text from pg_am where oid = 2

select (c.oid).int4 from pg_am c where oid = 2

select (c.oid).date from pg_am c where oid = 2

select p.date from unnest(array['2020-01-01'::text]) p, pg_am where pg_am.oid = 2

select c.record from pg_am c where oid = 2

select 1 from pg_class c where (c.oid).regclass = 'pg_am'::regclass

select p.proname, (p.oid).regprocedure from pg_proc p where p.oid = 1299

select p.length, p.upper from unnest(array['abc'::text]) p, pg_am where pg_am.oid = 2

select count((p.x).*) from (select c as x from pg_am c) p

select (p.x).amname from (select c as x from pg_am c where oid = 2) p

select (p.x).text from (select c as x from pg_am c where oid = 2) p

select c.generate_series from pg_am c where oid = 2

select c.now from pg_am c where oid = 2

select upper from pg_am

select (select c.row_to_json) from pg_am c where oid = 2

select max(c.text) from pg_am c where oid = 2

select (c.oid).sum from pg_am c

select (c.oid).max from pg_am c

select (typarray).format_type from pg_type where oid = 23

select u.upper from upper('x') u, pg_am where pg_am.oid = 2

select text('1'), name('x'), oid('1'), date('2020-01-01'), int4('1') from pg_am where oid = 2

select text(oid), regproc(amhandler), int8(oid) from pg_am where oid = 2

select amname(c), oid(c) from pg_am c where oid = 2

select nosuch(c) from pg_am c

select (c.oid).max, (c.amname).count from pg_am c

select (select (c.oid).max) from pg_am c

select 1 from pg_am c where (c.oid).max > 1

select count(c.oid.max) from pg_am c

select (c.oid).max.text from pg_am c

select ((c.oid).max).text from pg_am c

select c.count, c.json_agg is null from pg_am c group by c.oid order by 1 limit 1

select x.relname.nosuch from pg_class x

select (row(1,2)).f1 from pg_am where oid = 2

select (row(1,2)).f3 from pg_am where oid = 2

select (row(1,2)).row_to_json from pg_am where oid = 2

select row_to_json(row(1,2)) from pg_am where oid = 2

select (x).key from (select json_each('{"a":1}') x from pg_am where oid = 2) y

select (x).json_typeof from (select '{"a":1}'::json x from pg_am where oid = 2) y

select float8(amname) from pg_am

select text(1), bool('t') from pg_am where oid = 2

select timestamptz('2020-01-01 00:00:00+00') is not null from pg_am where oid = 2

select regclass('pg_class'), regtype('int4') from pg_am where oid = 2

select (c.oid).nosuch.text from pg_am c

select c.relname, (select count(*) from pg_attribute b where b.attrelid = c.oid and b.attnum > avg(a.attnum)) from pg_class c join pg_attribute a on a.attrelid = c.oid where c.relname in ('pg_am','pg_type') group by c.oid, c.relname order by 1

select c.relname, (select b.attname from pg_attribute b where b.attrelid = c.oid and b.attnum = max(a.attnum)) from pg_class c join pg_attribute a on a.attrelid = c.oid where c.relname in ('pg_am','pg_type') group by c.oid, c.relname order by 1

select c.relname, (select b.attname from pg_attribute b where b.attrelid = max(a.attrelid) and b.attnum = max(a.attnum)) from pg_class c join pg_attribute a on a.attrelid = c.oid where c.relname in ('pg_am','pg_type') group by c.relname order by 1

select c.relname, array(select b.attname from pg_attribute b where b.attrelid = c.oid and b.attnum = any(array_agg(a.attnum)) and b.attnum > 0 order by b.attnum) from pg_class c join pg_attribute a on a.attrelid = c.oid where c.relname in ('pg_am') group by c.oid order by 1

select c.relkind, max(c.relname) in (select relname from pg_class where relname like 'pg_a%') from pg_class c where c.relname in ('pg_am', 'pg_am_oid_index') group by c.relkind order by 1

select c.relkind, (select string_agg(x, '/' order by x) from (select unnest(array_agg(c.relname::text)) x) y) from pg_class c where c.relname in ('pg_am', 'pg_am_oid_index', 'pg_type') group by c.relkind order by 1

select c.relkind, (select count(*) from unnest(array_agg(c.oid)) o join pg_class k on k.oid = o) from pg_class c where c.relname in ('pg_am', 'pg_am_oid_index', 'pg_type') group by c.relkind order by 1

select c.relkind, (select (select (select max(c.relname)))) from pg_class c where c.relname in ('pg_am', 'pg_am_oid_index', 'pg_type') group by c.relkind order by 1

select c.relkind, (select d.relkind::text || max(c.relname) || min(d.relname) from pg_class d where d.relname in ('pg_am', 'pg_type') group by d.relkind) from pg_class c where c.relname in ('pg_am', 'pg_am_oid_index') group by c.relkind order by 1

select (select count(b.oid) from pg_am b where b.oid < max(a.oid)), max(a.oid) from pg_am a

select (select jsonb_object_agg(x.k, x.v) from (select unnest(array_agg(a.amname order by a.oid)) k, unnest(array_agg(a.oid order by a.oid)) v) x) from pg_am a

select k, (select count(*) from (values (min(n)), (max(n))) v(x) where x > 'pg_am') from (select relkind k, relname n from pg_class where relname in ('pg_am', 'pg_am_oid_index', 'pg_type')) c group by k order by k

select relkind, count(*) filter (where (select c.relname = 'pg_am')) from pg_class c where relname in ('pg_am', 'pg_am_oid_index', 'pg_type') group by relkind order by 1

select relkind, sum((select count(*) from pg_attribute a where a.attrelid = c.oid)) from pg_class c where relname in ('pg_am', 'pg_am_oid_index', 'pg_type') group by relkind order by 1

select relkind, (select sum((select count(*) from pg_attribute a where a.attrelid = c.oid))) from pg_class c where relname in ('pg_am', 'pg_am_oid_index', 'pg_type') group by relkind order by 1

select relkind, (select sum((select count(*) from pg_attribute a where a.attrelid = c.oid)) from pg_am x where x.oid = 2) from pg_class c where relname in ('pg_am', 'pg_am_oid_index', 'pg_type') group by relkind order by 1

select (select max(a.amname) where exists (select 1 from pg_am b where b.oid = max(a.oid))) from pg_am a

select case when exists (select 1 having max(a.oid) > 5) then 1 else 2 end from pg_am a

select coalesce((select max(a.oid) from pg_am b where false), min(a.oid)) from pg_am a where false

select (select max(a.oid)) from pg_am a where false

select (select count(a.oid)) from pg_am a where false

select a.amtype, (select count(a.oid)) c from pg_am a group by a.amtype order by c

select a.amtype from pg_am a group by a.amtype order by (select count(a.oid)) desc

select a.amtype, (select count(a.oid)) + count(*) from pg_am a group by grouping sets ((a.amtype), ()) order by 1

select distinct (select count(a.oid)) from pg_am a group by a.amname

select lag((select max(a.amname))) over (order by a.amtype), a.amtype from pg_am a group by a.amtype order by 2

select (select max(a.oid) from generate_series(1, count(a.amname)::int) g limit 1) from pg_am a

select (select max(g) from generate_series(1, count(a.amname)::int) g) from pg_am a

select generate_series(1, (select count(a.oid))::int) from pg_am a

select unnest(array(select unnest(array_agg(a.amname order by 1)))) from pg_am a where oid < 500

with w as (select (select count(a.oid)) n from pg_am a) select n from w

select * from (select (select count(a.oid)) n from pg_am a) x

select (select count(a.oid) union select count(a.amname)) from pg_am a

select (select n from pg_am b, lateral (select count(a.oid) n) x where b.oid = 2) from pg_am a

select (select n from pg_am b, lateral (select count(b.oid::int + 0) n) x where b.oid = 2) from pg_am a

select (select b.amname from pg_am b order by count(a.oid), b.oid limit 1) from pg_am a

select (select b.amname from pg_am b order by b.oid offset count(a.oid) - 1) from pg_am a

select (select count(*) over (partition by count(a.oid)) from pg_am b limit 1) from pg_am a

select 1 from pg_am a group by a.amname having exists (select 1 from pg_am b where b.amname = a.amname and b.oid = 2)

select 1 from pg_am a group by a.amname having exists (select 1 from pg_am b where b.oid = a.oid)

select a.oid, (select a.amname) from pg_am a where a.oid = 2 group by a.oid

select (select a.amname || b.amname from pg_am b where b.oid = 2) from pg_am a group by upper(a.amname)

select upper(a.amname), (select upper(a.amname)) from pg_am a group by upper(a.amname)

select (select string_agg(distinct a.amtype::text, ',')) from pg_am a

select (select string_agg(a.amname, b.amname) from pg_am b where b.oid = 2) from pg_am a where a.oid < 500

select (select string_agg(a.amname, ',' order by b.amname) from pg_am b where b.oid = 2) from pg_am a where a.oid = 2

select (select mode() within group (order by a.amtype)) from pg_am a

select (select percentile_cont(0.5) within group (order by a.oid::int)) from pg_am a

select x.c from pg_am a left join lateral (select count(b.oid) c from pg_am b where b.oid < a.oid) x on true where a.oid < 500 order by 1

select (select any_value(a.amtype)), (select bool_and(a.oid > 1)), (select avg(a.oid::int)) from pg_am a

select array_agg(x) from (select (select max(a.oid)) x from pg_am a group by a.amtype order by 1) y

select t.typname, (select min(e.x) from (select t.oid::int as x) e) from pg_type t where t.oid = 16

select t.typname, (select min(t.oid) from pg_am) from pg_type t where t.oid = 16 group by t.typname

select t.typname, (select min(t.oid) from pg_am) from pg_type t where t.oid = 16

select (select array_agg(t.typname) from (select t.oid) x) from pg_type t where t.oid in (16, 17)

select (select json_build_object('a', max(t.oid), 'b', json_agg(t.typname order by t.oid))) from pg_type t where t.oid in (16, 17)

select sum(c) from (select (select count(*) from pg_am b where b.oid = a.oid) c from pg_am a) x

select n from pg_namespace n order by n

select count(distinct n) from pg_namespace n

select row_number() over (partition by n.*) from pg_namespace n

select n from pg_am n order by n limit 1

select count(distinct n) from pg_am n

select distinct on (n) 1 from pg_namespace n where nspname = 'pg_catalog'

select n from pg_namespace n group by n order by n

select max(n) from pg_am n

select nspacl from pg_namespace order by nspacl

select count(distinct nspacl) from pg_namespace

select row_number() over (order by nspacl) from pg_namespace

select row_number() over (partition by nspacl) from pg_namespace

select distinct nspacl from pg_namespace where nspname = 'pg_catalog'

select nspacl, count(*) from pg_namespace where nspname = 'pg_catalog' group by nspacl

select 1 from pg_namespace where nspacl = nspacl limit 1

select array_agg(oid order by nspacl) from pg_namespace

select n.nspacl[1] from pg_namespace n order by 1

select xmin from pg_am order by xmin

select cmin from pg_am order by 1

select datfrozenxid from pg_database order by 1

select count(distinct xmin) from pg_am

select c from pg_class c order by c

select row(nspacl) from pg_namespace where nspname = 'pg_toast' order by 1

select array_agg(distinct amname) from pg_am

select oid from pg_am order by (amname), 1 limit 1

select string_agg(distinct amname, ',') from pg_am

select relminmxid, relfrozenxid from pg_class order by relfrozenxid

select proargdefaults from pg_proc order by 1 limit 0

select conpfeqop from pg_constraint order by 1 limit 0

select stavalues1 from pg_statistic order by 1

select most_common_vals from pg_stats order by 1

select '{"a":"x\u0000y"}'::json ->> 'a' from pg_am

select E'a' isnull, $$a$$ isnull from pg_am limit 1

select '0/0'::pg_lsn - (-170141183460469231731687303715884105728)::numeric from pg_am

select distinct on (amtype, amname) amtype, amname from pg_am

select distinct on (amtype) amtype from pg_am

select distinct on (length(amname)) length(amname) from pg_am

select distinct on (amname, amtype) amtype, amname from pg_am order by amtype desc

select distinct on (amtype) amtype, amname from pg_am order by 1 desc, 2 desc

SELECT ROW(oid, amname) = ANY (SELECT 403, 'btree'), (oid, amname) <> ALL (SELECT 403, 'btree'), ROW(oid, amname) IN (SELECT 403, 'btree') FROM pg_am ORDER BY oid LIMIT 3

SELECT true = 'a' ~ 'a', 'b' ~ 'a' = false, 1 + 2 OPERATOR(pg_catalog.*) 3, 1 IS NULL = false, 2 BETWEEN 1 AND 3 = true FROM pg_am LIMIT 1

SELECT set.amname FROM pg_am set JOIN pg_am AS match ON match.oid = set.oid WHERE set.oid = 403

SELECT amname between FROM pg_am WHERE oid = 403

SELECT 1 AS like, 2 like, 3 similar, 4 AS operator, 5 operator, 6 match, 7 AS into, 8 and, 9 in, 10 is, (SELECT 11 or) FROM pg_am LIMIT 1

WITH recursive AS (SELECT amname FROM pg_am WHERE oid = 403) SELECT * FROM recursive

WITH RECURSIVE recursive (a) AS (SELECT amname FROM pg_am WHERE oid = 403) SELECT * FROM recursive

SELECT 'a'
 'b' || 'c' -- and
--
 'd' FROM pg_am LIMIT 1

SELECT 'a'::char(4), 'a'::char(4) = 'a', 'a'::char(4) = 'a '::char(2), 'a '::bpchar IN ('a'), 'a'::char(4) = ANY (ARRAY['a ', 'b']::bpchar[]), nullif('a'::char(4), 'a'), length('a'::char(4)), octet_length('a'::char(4)), 'a'::char(4)::text || 'b', 'a'::char(4) LIKE 'a   ' FROM pg_am LIMIT 1

SELECT c.* IS NULL, c.* IS NOT NULL, c.* IS DISTINCT FROM c FROM pg_am c LIMIT 1

SELECT pg_input_is_valid('101', 'bit(3)'), pg_input_is_valid('10', 'bit(3)'), pg_input_is_valid('10101', 'varbit(3)'), pg_input_is_valid('1', 'bit'), varbit_in('101', 0, 3) FROM pg_am LIMIT 1

SELECT message, sql_error_code FROM pg_am, pg_input_error_info('10', 'bit(3)') WHERE amname = 'heap'

SELECT message, sql_error_code FROM pg_am, pg_input_error_info('10101', 'varbit(3)') WHERE amname = 'heap'

SELECT oid::regoperator, oid::regoper FROM pg_operator WHERE oprleft = 0 ORDER BY oid LIMIT 5

SELECT txid_visible_in_snapshot(-1, txid_current_snapshot()), txid_visible_in_snapshot(-1, '1:2:'), txid_visible_in_snapshot(0, '1:2:') FROM pg_am LIMIT 1

SELECT pg_column_size('abc'), pg_column_size('abc'::text), pg_column_size(ARRAY[1, 2]), pg_column_size(ARRAY['a', 'b']), pg_column_size(ARRAY[]::int[]), pg_column_size(ARRAY[1, NULL]), pg_column_size(ARRAY[[1, 2], [3, 4]]), pg_column_size(ARRAY['abc', 'defgh']), pg_column_size(ARRAY[true, false]), pg_column_size(ARRAY[1::bigint]) FROM pg_am LIMIT 1

SELECT pg_column_size(ARRAY['a'::name]), pg_column_size(ARRAY[1.5]), pg_column_size(ARRAY[now()]), pg_column_size(ARRAY['a'::char(3)]), pg_column_size(ARRAY[NULL]::text[]), pg_column_size(ARRAY[1::smallint, 2::smallint, 3::smallint]) FROM pg_am LIMIT 1

SELECT pg_lsn(18446744073709551615), pg_lsn(12345678901234567890.4), '0/0'::pg_lsn + 18446744073709551615::numeric FROM pg_am LIMIT 1

SELECT (timestamp '2020-01-01', interval 'infinity') OVERLAPS (timestamp '2021-01-01', interval '1 day'), (date '2020-01-01', interval '-infinity') OVERLAPS (date '2019-01-01', interval '1 day'), (timestamp 'infinity', interval '1 day') OVERLAPS (timestamp '2021-01-01', interval '1 day') FROM pg_am LIMIT 1

SELECT timestamp '2020-01-01' + interval 'infinity', timestamp '2020-01-01' - interval 'infinity', date '2020-01-01' + interval '-infinity', timestamp 'infinity' + interval 'infinity', timestamp 'infinity' - timestamp '-infinity', age(timestamp 'infinity', timestamp '2020-01-01') FROM pg_am LIMIT 1

SELECT sum(x), avg(x) FROM (VALUES (interval 'infinity'), ('1 day')) v(x), (SELECT FROM pg_am LIMIT 1) one

SELECT interval 'infinity' * -2, interval 'infinity' / -2, - interval 'infinity', interval 'infinity' + interval '1 day', justify_days(interval '-infinity'), - interval '1 day 2:00', interval '1 year' - interval '1 mon' FROM pg_am LIMIT 1

SELECT time '23:00' + interval '2 hours', time '01:00' - interval '1 day 2:00', interval '3:00' + time '22:00' FROM pg_am LIMIT 1

SELECT x FROM (VALUES (jsonb '2'), ('10'), ('"a"'), ('[]'), ('{}'), ('null'), ('true'), ('[1]'), ('{"a":1}'), ('[[]]'), ('{"b":1,"aa":0}'), ('false'), ('[1,2]'), ('{"a":2}'), ('1.50')) v(x), (SELECT FROM pg_am LIMIT 1) one ORDER BY x

SELECT array_agg(x ORDER BY x DESC) FROM (VALUES (jsonb '2'), ('10'), ('"a"')) v(x), (SELECT FROM pg_am LIMIT 1) one

SELECT x, rank() OVER (PARTITION BY x ORDER BY x), rank() OVER (ORDER BY x) FROM (VALUES (jsonb '1'), ('1.0'), ('2')) v(x), (SELECT FROM pg_am LIMIT 1) one ORDER BY x, x::text

SELECT '[[1,2],[3]]'::jsonb @> '[[1]]', '{"a":[1,{"b":2}]}'::jsonb @> '{"a":[{"b":2}]}', '[1.0]'::jsonb @> '[1]' FROM pg_am LIMIT 1

SELECT 1 FROM pg_am ORDER BY inet '1.1.1.1', cidr '1.0.0.0/8', macaddr '08:00:2b:01:02:03', '1'::money, b'1', '1'::varbit, uuid '00000000-0000-0000-0000-000000000000', 'x'::bytea, int4range(1, 2), '{[1,2)}'::int4multirange, now(), 'a'::varchar, 'a'::char(3), 'a'::"char", '0/0'::pg_lsn, ARRAY[ARRAY[1]], ROW(1, 2), timetz '10:00+1', '1'::xid8, '(1,1)'::tid LIMIT 1

SELECT 'a'::char(4) IS DISTINCT FROM 'a ', 'a'::char(4) IS NOT DISTINCT FROM NULL, jsonb '1' IS DISTINCT FROM '1.0', jsonb '1' IS NOT DISTINCT FROM NULL, NULL::jsonb IS DISTINCT FROM NULL, 1 IS DISTINCT FROM 1.0 FROM pg_am LIMIT 1

SELECT x, row_number() OVER (ORDER BY x), rank() OVER (PARTITION BY x ORDER BY x) FROM (VALUES ('a '::bpchar), ('a'), ('a  b')) v(x), (SELECT FROM pg_am LIMIT 1) one ORDER BY 2

select true || 'x', 'x' || false, 'ab'::char(4) || 'x', 'x' || 'ab'::char(4) || 'y', 1 || 'x', '10.0.0.1'::inet || 'x', 'b' || 1.50 from pg_am limit 1
