-- Select lists and names.
select 1 as a, 2 b, 3 as "C d", 'x' as text;
select count(*), max(name), upper(max(name)), 1 + 1, name is null from airlines group by name limit 0;
select *, 1 as one from region order by r_regionkey limit 2;
select r.*, r.r_name as again from region r order by 1 limit 2;
select region.r_name, r_name from region order by 1 limit 1;
select (select max(r_name) from region), exists (select 1 from region), not exists (select 1 from region);
select 1 in (select r_regionkey from region);
select case r_regionkey when 0 then 'zero' when 1 then 'one' else 'many' end, case when r_regionkey > 2 then r_name end from region order by r_regionkey;
select coalesce(null, 1), coalesce(null, 'x'), coalesce(wind_gust, 0), nullif(1, 1), nullif(1, 2), nullif(origin, 'JFK') from weather order by origin, time_hour limit 3;
select null, null::int, null = null, null is null, 1 is distinct from null, null is not distinct from null, (null or true), null + 1, null || 'a';
-- differs: whole rows.
select r from region r order by r_regionkey limit 1;
-- differs: records are jsonb.
select row(1, 'a');
select (1, 2) = (1, 2), (1, 2) < (1, 3), row(1, null) is null;
select pg_typeof(1);
select pg_typeof(1)::text, pg_typeof(1.5)::text, pg_typeof('x'::text)::text, pg_typeof(null)::text, pg_typeof(1::smallint)::text, pg_typeof(array[1])::text, pg_typeof(now())::text, pg_typeof(1.5::float8)::text, pg_typeof(1.5::real)::text;
select pg_typeof(sum(p_size))::text, pg_typeof(avg(p_size))::text, pg_typeof(count(*))::text, pg_typeof(sum(p_partkey))::text, pg_typeof(avg(p_retailprice))::text, pg_typeof(max(p_size))::text, pg_typeof(sum(p_retailprice))::text from part;
select 'x'::varchar, 'x'::varchar(5), 'x'::char(3), 'x'::text;
select current_user = session_user, current_schema, current_database() is not null;
values (1, 'a'), (2, null);
table region order by r_regionkey limit 1;
select * from (values (1, 'one'), (2, 'two')) as t(n, w) order by n;
-- differs: a column of numeric has one scale.
select * from (values (1, 1.5), (2.5, 2)) as t(a, b);
-- differs: SELECT of nothing.
select;
-- Where.
select count(*) from flights where carrier = 'UA' and origin <> 'JFK' or dep_delay > 300;
select count(*) from flights where dep_delay is null and arr_delay is null;
select distinct case when month between 13 and null::int then null::date else date '2024-02-29' end as c from flights;
select count(*) from flights where dep_delay between 10 and 20 and carrier in ('UA', 'AA') and dest not in ('LAX');
select count(*) from flights where (origin, dest) in (('JFK', 'LAX'), ('EWR', 'SFO'));
select count(*) from flights where not (dep_delay > 0);
select count(*) from flights where dep_delay > '60';
select count(*) from flights where dep_delay > 10.5;
select count(*) from flights where tailnum is not null and tailnum like 'N%UA';
select count(*) from weather where wind_gust is distinct from null;
select count(*) from flights where distance > (select avg(distance) from flights);
select count(*) from airports where faa in (select dest from flights);
select count(*) from airports a where exists (select 1 from flights f where f.dest = a.faa and f.distance > 2000);
-- differs: no place, or another one.
select count(*) from flights where carrier = 5;
select count(*) from flights where dep_delay = 'abc';
-- differs: no place, or another one.
select * from flights where dep_delay;
-- differs: no place, or another one.
select count(*) from flights where carrier;
-- Order and limits.
select wind_gust from weather where origin = 'JFK' and month = 1 and day = 1 order by wind_gust desc, hour limit 5;
select r_name from region order by length(r_name), r_name desc;
select r_name n from region order by n desc limit 2 offset 1;
select r_name from region order by r_regionkey + 1 fetch first 2 rows only;
select r_name from region order by 1 limit null;
select r_name from region order by 1 limit all offset 3;
select r_regionkey % 2 as odd, r_name from region order by odd, r_name;
select distinct n_regionkey from nation order by n_regionkey desc limit 3;
select n_regionkey from nation group by n_regionkey order by count(*) desc, 1;
-- differs: no place, or another one.
select r_name from region order by 5;
-- differs: no place, or another one.
select distinct r_name from region order by r_regionkey;
select r_name from region limit -1;
-- Joins.
select f.carrier, a.name from flights f join airlines a using (carrier) where f.flight = 1545 order by 1, 2 limit 3;
select * from region join nation on r_regionkey = n_regionkey order by n_nationkey limit 2;
select r_name, count(n_name) from region left join nation on n_regionkey = r_regionkey and n_name < 'C' group by r_name order by r_name;
select a.r_name, b.r_name from region a cross join region b where a.r_regionkey < b.r_regionkey order by 1, 2 limit 4;
select a.r_name from region a natural join region b order by 1;
-- differs: a correlated subquery with LIMIT.
select r.r_name, l.n_name from region r, lateral (select n_name from nation n where n.n_regionkey = r.r_regionkey order by n_name limit 1) l order by 1;
select r.r_name, l.n from region r left join lateral (select count(*) n from nation where n_regionkey = r.r_regionkey) l on true order by 1;
select r_name, (select count(*) from nation where n_regionkey = r_regionkey) from region order by 1;
-- differs: a correlated subquery with LIMIT.
select r_name, (select n_name from nation where n_regionkey = r_regionkey order by n_name limit 1) from region order by 1;
select p.tailnum, f.n from planes p full join (select tailnum, count(*) n from flights where month = 1 group by tailnum) f using (tailnum) order by tailnum limit 5;
select n_name from nation, region where n_regionkey = r_regionkey and r_name = 'ASIA' order by 1;
select r_name, exists (select 1 from nation where n_regionkey = r_regionkey and n_name like 'A%') from region order by 1;
select carrier from flights, airlines limit 1;
-- differs: no place, or another one.
select * from region r join nation on r.nokey = n_regionkey;
select * from region join region on true;
-- CTEs and subqueries.
with r as (select r_name, r_regionkey from region) select * from r where r_regionkey > 2 order by 1;
with a as (select 1 as x), b as (select x + 1 as y from a) select * from a, b;
with recursive t(n) as (select 1 union all select n + 1 from t where n < 5) select n, sum(n) over (order by n) from t;
select x, y, (x, y) = (1, 1), (x, y) <> (1, 1), (x, y) < (2, 1), (x, y) >= (1, 2), row(x, y) <= row(1, 1) from (values (1, 1), (1, null), (null, 2), (2, 1)) as v(x, y) order by x, y;
select x, y, (x, y) in ((1, 1), (2, 1)), (x, y) not in ((2, 1)), (x, y) is null, (x, y) is not null, (x, y) is distinct from (1, null) from (values (1, 1), (1, null), (null, 2), (2, 1)) as v(x, y) order by x, y;
select a.x, b.y from (values (1, null), (2, 2)) as a(x, y) join (values (1, null), (2, 2)) as b(x, y) on (a.x, a.y) = (b.x, b.y);
select coalesce(d, '2000-01-01'), greatest(d, '2024-06-01'), case when d is null then '2001-01-01' else d end, d in ('2024-01-01', '2024-02-02') from (values (date '2024-01-01'), (null)) as v(d) order by 1;
select b from (values (true), (false)) as v(b) where b in ('t', 'true');
select x = '5', x in ('5', '6') from (values (5), (7)) as v(x);
select x = 'five' from (values (5), (7)) as v(x);
select t2.x, t3.x from (values (1, 2), (2, 2), (null, 3)) as t2(x, y) right join (values (2, 3), (0, 3), (1, 2)) as t3(x, y) on t2.y = t3.y where (t2.x > 1 or t2.x is null) and t3.y = 3 order by 1, 2;
select a.n_nationkey, b.n_nationkey from (select n_nationkey, n_regionkey from nation) a right join nation b on a.n_nationkey = b.n_regionkey where (a.n_nationkey is null or a.n_nationkey > 2) and b.n_nationkey < 20 order by 1, 2;
select a.o_orderkey, b.o_orderkey from orders a full join orders b on a.o_orderkey = b.o_custkey where (a.o_orderkey is null or a.o_orderkey > 100) and b.o_orderkey < 300 order by 1, 2;
select o.o_orderkey, p.l_orderkey, c.c_custkey from orders o join lineitem p on o.o_orderkey = p.l_suppkey join customer c on c.c_custkey = o.o_custkey order by p.l_orderkey desc, o.o_orderkey, p.l_linenumber limit 5;
select count(*) filter (where x is distinct from true and n > 1), count(*) filter (where x is not distinct from null or n > 2), count(*) filter (where not x is distinct from true and n = 1) from (values (true, 1), (null, 2), (false, 3)) as v(x, n);
select a.x, a.y from (values (1, null), (2, 2)) as a(x, y) join (values (1, null), (2, 3)) as b(x, y) on a.x is not distinct from b.x and a.y is not distinct from b.y;
with recursive t(n, s) as (values (1, 'a') union all select n + 1, s || 'b' from t where n < 3) select * from t;
with t as materialized (select 1 as x) select x from t;
select s.n from (select count(*) n from region) s;
select avg(n) from (select count(*) n from flights group by carrier) s;
-- differs: an alias must name all columns.
select * from (select r_name as a, r_regionkey as b from region) as s(x) order by b limit 1;
select sum(n) from (select count(*) as n from flights group by origin union all select 1) s;
-- Sets.
select r_name from region union select n_name from nation order by 1 limit 5;
-- differs: a column of numeric has one scale.
select 1 union all select 2.5 order by 1;
select 1 union select 1;
select r_regionkey from region intersect select n_nationkey from nation order by 1;
select n_nationkey from nation except select r_regionkey from region order by 1 limit 3;
select n_nationkey % 3 as m from nation except all select 1 order by 1 limit 4;
select null union all select 1 order by 1;
select '1' union all select 2 order by 1;
select 1 union select 'a';
-- differs: no place, or another one.
select r_regionkey from region union select r_name from region;
-- differs: no place, or another one.
select 1, 2 union select 1;
select date '2024-01-01' union all select timestamp '2024-01-01 10:00' order by 1;
(select r_name from region order by 1 limit 1) union all (select r_name from region order by 1 desc limit 1) order by 1;
-- Errors.
select nonesuch from flights;
select f.nonesuch from flights f;
select * from nonesuch;
select nonesuch(1);
select lower(1, 2);
select 1 +;
selec 1;
select * form flights;
select 'unterminated;
select (1;
-- differs: no place, or another one.
select 1 where 1;
select 1 + 'a';
-- differs: no place, or another one.
select date '2024-01-01' + date '2024-01-01';
select 'a' < 1;
select * from flights where month = 'January';
select coalesce(1, 'a');
-- differs: SQLSTATE of unlike types.
select coalesce(1, true);
select case when true then 1 else 'a' end;
-- differs: CASE WHEN of a number.
select case when 1 then 2 end;
-- differs: no place, or another one.
select (select r_name, r_regionkey from region);
select (select r_name from region);
-- differs: no place, or another one.
select 1 in (select r_name, r_regionkey from region);
select sum(r_name) from region;
select avg('x'::text);
select max(1, 2);
select count(nonesuch.*) from region;
-- differs: no place, or another one.
select r_name as x from region where x = 'ASIA';
-- differs: HAVING knows names of the select list.
select r_name as x from region group by x having x = 'ASIA';
-- differs: SQLSTATE of names of four parts.
select a.b.c.d from region;
select 1::nosuchtype;
select cast('2024-01-01' as date), cast(1 as text), cast('t' as boolean);
select array[1, 'a'];
-- differs: SQLSTATE of ANY of a scalar.
select 1 = any (1);
-- differs: SQLSTATE of operators without types.
select -'a';
-- differs: SQLSTATE of operators without types.
select not 1;
-- differs: SQLSTATE of operators without types.
select 'abc' like 5;
select interval 'x';
-- differs: 42725: a literal is taken for a timestamp.
select extract(year from 'x');
-- differs: SQLSTATE of a step of zero.
select generate_series(1, 2, 0);
-- differs: SQLSTATE of a window function without OVER.
select lag(r_name) from region;
select sum(r_regionkey) over (partition by) from region;
-- Explain and show.
-- columns: the plans are others.
explain select 1;
show timezone;
-- Set operations that count rows, and the types of both sides.
select x from (values (1), (1), (2)) as v(x) except all select 1 order by 1;
select x from (values (1), (1), (2)) as v(x) intersect all select 1;
select x from (values (1), (1), (2), (null), (null)) as v(x) intersect all select x from (values (1), (null), (null), (null)) as w(x) order by 1;
select o_orderdate from orders intersect select time_hour + interval '0 days' from flights order by 1 limit 3;
select r_regionkey from region except select '3' order by 1;
select r_regionkey from region intersect select 2::smallint;
-- All columns of a join that merges some.
select * from nation n join (select n_regionkey, n_name as other from nation) m using (n_regionkey) order by 1, 2, m.other limit 3;
select *, 1 as one from nation n left join (select n_nationkey, 'x' as mark from nation where n_nationkey < 3) m using (n_nationkey) order by 1 limit 5;
select * from (values (1, 2), (3, 4)) as a(x, y) right join (values (5, 4), (6, 7)) as b(z, y) using (y) order by 1, 2, 3;
select * from (values (1, 2), (3, 4)) as a(x, y) full join (values (5, 4), (6, 7)) as b(z, y) using (y) order by 1, 2, 3;
select distinct (r_regionkey > 1) is true from region order by 1;
select (r_regionkey > 1) is not false as big, count(*) from region group by 1 order by 1;
select distinct case when r_regionkey <= 2 then r_regionkey else 7 end from region order by 1;
-- Compared by their values.
select case x * -1 when 0 then 'zero' else 'other' end, nullif(x * -1, 0) is null, x * -1 in (0, 1) from (values (0::float8), (1)) as v(x) order by x;
select x, y from (values (1, 1), (10, 1), (3, -1)) as v(x, y) where x not in (case when y > 0 then 10 end, 7) order by 1;
select count(*) from nation a join region on r_regionkey = n_regionkey join (select n_nationkey, 1 as one from nation) m using (n_nationkey) where n_nationkey = 2;
select x, count(*) from (values (1), (2)) as a(x) join (values (1), (2)) as b(x) using (x) join (values (2), (2)) as c(x) using (x) group by x order by x;
select * from (values (1, 'a')) as a(x, y) join (values (1, 'b')) as b(x, z) using (x) join (values (1, 'c')) as c(x, w) using (x);
