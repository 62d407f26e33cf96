-- Aggregates without groups.
select count(*), count(dep_time), count(distinct carrier) from flights;
select sum(distance), avg(distance), min(distance), max(distance) from flights;
select avg(dep_delay), avg(arr_delay), avg(air_time) from flights;
select sum(p_size), avg(p_size), min(p_size), max(p_size), count(p_size) from part;
select sum(l_quantity), avg(l_quantity), avg(l_discount), min(l_tax), max(l_extendedprice) from lineitem;
select sum(temp), avg(temp), min(temp), max(humid) from weather where origin = 'JFK' and month = 1 and day = 1;
select sum(l_linenumber), avg(l_linenumber) from lineitem;
select avg(x) from (values (1), (1)) v(x);
select avg(x), sum(x) from (values (1), (2), (4)) v(x);
select avg(x), sum(x), max(x) from (values (1.5), (2.25), (null)) v(x);
select avg(x) from (values (0), (0)) v(x);
select avg(x), sum(x), count(x), min(x) from (values (1)) v(x) where false;
-- differs: one column summed as two types.
select avg(x::smallint), sum(x::smallint), avg(x::bigint), sum(x::bigint), avg(x::real), sum(x::real) from (values (1), (2)) v(x);
select avg(distinct p_size), sum(distinct p_size) from part;
select avg(distance) * 2, avg(distance) + 1, avg(distance) / 3, round(avg(distance)), round(avg(distance), 1), avg(distance)::int, avg(distance)::float8 from flights;
-- differs: deviations of integers and numeric are double precision.
select stddev(p_size), variance(p_size), stddev_pop(p_size), var_pop(p_size) from part;
select stddev(temp), var_samp(temp) from weather where origin = 'JFK' and month = 1 and day = 1;
select corr(temp, humid), covar_samp(temp, humid), regr_slope(temp, humid) from weather where month = 1 and day = 1;
select bool_and(p_size > 0), bool_or(p_size > 49), every(p_size < 100) from part;
select bit_and(p_size), bit_or(p_size), bit_xor(p_size) from part;
select string_agg(carrier, ', ' order by carrier) from airlines;
select string_agg(distinct origin, '/' order by origin) from flights;
select string_agg(name, '; ' order by carrier desc) from airlines where carrier < 'D';
select array_agg(r_name order by r_name desc) from region;
select array_agg(r_regionkey order by r_regionkey), array_agg(distinct r_regionkey) from region;
select percentile_cont(0.5) within group (order by dep_delay) from flights;
-- differs: no percentile_disc.
select percentile_disc(0.9) within group (order by dep_delay) from flights;
select percentile_cont(0.25) within group (order by temp) from weather;
-- differs: no mode.
select mode() within group (order by carrier) from flights;
-- differs: no json functions and casts.
select json_agg(r_name order by r_name) from region;
-- differs: no json functions and casts.
select jsonb_object_agg(r_name, r_regionkey) from region;
select count(*) filter (where dep_delay > 60), avg(dep_delay) filter (where origin = 'JFK') from flights;
select sum(case when dep_delay > 0 then 1 else 0 end), sum(case when dep_delay > 0 then 1.0 else 0 end) from flights;
select 100.0 * count(*) filter (where dep_delay > 0) / count(*) from flights;
select count(*) / 3, count(*) * 1.0 / 7, count(*)::numeric / 7, count(*)::float8 / 7 from flights;
select max(name), min(name) from airlines;
select max(o_orderdate), min(o_orderdate), max(o_orderdate) - min(o_orderdate) from orders;
select max(time_hour), min(time_hour), max(time_hour) - min(time_hour) from flights;
select any_value(r_regionkey) from region where r_name = 'ASIA';
select sum(x) from (values (9223372036854775807), (1)) v(x);
select sum(x), avg(x) from (values (interval '1 hour'), (interval '2 hours')) v(x);
-- Groups.
select origin, count(*) from flights group by origin order by origin;
select origin, avg(dep_delay), max(dep_delay) from flights group by 1 order by 1;
select carrier, count(*) n from flights group by carrier having count(*) > 10000 order by n desc;
select extract(month from time_hour) as m, count(*) from flights group by m order by m;
select date_trunc('month', time_hour) as m, count(*), avg(distance) from flights group by 1 order by 1;
select origin, month, count(*) from flights where month < 3 group by rollup (origin, month) order by origin nulls last, month nulls last;
select origin, carrier, count(*) from flights where carrier in ('AA', 'UA') group by grouping sets ((origin), (carrier), ()) order by 1, 2;
select origin, carrier, count(*), grouping(origin), grouping(origin, carrier) from flights where carrier in ('AA', 'UA') group by cube (origin, carrier) order by 1, 2;
select distinct origin from flights order by origin;
select distinct on (origin) origin, dest, distance from flights order by origin, distance desc, dest;
select count(distinct (origin, dest)) from flights;
select upper(origin) o, count(*) from flights group by o order by count(*) desc, o;
select origin, count(*) from flights;
select origin from flights group by carrier;
-- differs: no place, or another one.
select carrier, avg(dep_delay) from flights where avg(dep_delay) > 1 group by carrier;
-- differs: no place, or another one.
select sum(avg(dep_delay)) from flights;
select count(*) from flights having count(*) > 1;
select p_size, avg(p_retailprice)::numeric(10,2), sum(p_retailprice), min(p_retailprice) from part group by p_size order by p_size limit 10;
select l_returnflag, sum(l_extendedprice * (1 - l_discount)) as revenue, avg(l_extendedprice), count(*) from lineitem group by l_returnflag order by l_returnflag;
select p_brand, round(avg(p_size), 2), round(max(p_retailprice), 1) from part group by p_brand order by p_brand limit 5;
-- Windows.
select r_name, row_number() over (order by r_name), rank() over (order by r_regionkey), dense_rank() over (order by r_regionkey desc) from region order by r_name;
select r_name, ntile(2) over (order by r_name) from region order by r_name;
select r_name, row_number() over (order by r_name) / 2, (rank() over (order by r_name) - 1) % 2, dense_rank() over (order by r_name) from region order by r_name;
select n, n / 2 from (select row_number() over (order by r_name) as n from region) s order by n;
select cardinality(array[1, 2, 3]) / 2, array_length(array[1, 2, 3], 1) / 2, array_position(array['a', 'b'], 'b') / 2;
select n_name, sum(n_nationkey) over (w order by n_name), count(*) over (w), first_value(n_name) over v from nation window w as (partition by n_regionkey), v as (w order by n_name desc) order by n_name limit 10;
select r_name, count(*) over nowhere from region;
select r_name, lag(r_name) over (order by r_name), lead(r_name, 2, 'none') over (order by r_name), first_value(r_name) over (order by r_name), last_value(r_name) over (order by r_name rows between unbounded preceding and unbounded following), nth_value(r_name, 2) over (order by r_name) from region order by r_name;
select r_regionkey, sum(r_regionkey) over (order by r_regionkey), avg(r_regionkey) over (order by r_regionkey rows 1 preceding), count(*) over () from region order by 1;
select r_regionkey, percent_rank() over (order by r_regionkey), cume_dist() over (order by r_regionkey) from region order by 1;
select n_name, n_regionkey, count(*) over (partition by n_regionkey), max(n_name) over w from nation window w as (partition by n_regionkey order by n_name) order by n_name limit 10;
select carrier, n, round(100.0 * n / sum(n) over (), 2) as share from (select carrier, count(*) n from flights group by carrier) s order by n desc, carrier;
select carrier, count(*), rank() over (order by count(*) desc) from flights group by carrier order by 3, 1;
select o_orderdate, sum(o_totalprice) over (order by o_orderdate range between interval '7 days' preceding and current row) from orders where o_orderdate < '1992-01-15' order by 1, 2 limit 20;
select origin, sum(count(*)) over (order by origin) from flights group by origin order by origin;
-- differs: no place, or another one.
select row_number() over () from region where row_number() over () = 1;
-- Sums of bigint are numeric.
select sum(n_nationkey) + 1, sum(n_nationkey) * 2, sum(n_nationkey) / 7, sum(n_nationkey) % 7, -sum(n_nationkey), abs(sum(n_nationkey)), 7 / sum(n_nationkey) from nation;
select a / b, a + b, a * b, a - 1, a / 3, b % 4, a::float8 / b from (select sum(n_nationkey) as a, sum(n_regionkey) as b from nation) s;
select n_regionkey, sum(n_nationkey) over (order by n_nationkey) / 7, sum(n_nationkey::int) over () / 7 from nation order by n_nationkey limit 3;
select n_regionkey, count(*) filter (where (n_nationkey > 5) is true), round(avg(n_nationkey), 3) from nation group by rollup (n_regionkey) order by 1 nulls last;
select lag(x, 1, 0.125) over (order by x), lead(n, 1, 0) over (order by x) from (values (1.500, 1), (2.500, 2)) as v(x, n) order by x;
