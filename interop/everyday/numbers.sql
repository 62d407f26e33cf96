-- Literals and arithmetic.
select 1, -1, 3000000000, 1.5, -0.10, 1e3, 12345678901234567890123;
select -2 ^ 2, -x ^ 2, (-2) ^ 2, -(2 ^ 2), 2 ^ -1, -2 ^ 3 ^ 2 from (values (3)) as v(x);
select sum(cast(l_extendedprice / 7 as decimal(10,2)) * l_quantity), sum((l_extendedprice / 7)::numeric(10,2)), avg(l_extendedprice)::numeric(10,2) * 100 from lineitem;
select round(sum(l_orderkey::text::numeric * 2), 2), round(sum(p_size::float8::numeric - 0.5), 2) from lineitem join part on p_partkey = l_partkey where l_orderkey < 100;
select p_brand, max(x), coalesce(max(x), 0) from (select p_brand, p_size, avg(p_retailprice)::numeric(10,2) as x from part group by p_brand, p_size) s group by p_brand order by 1 limit 5;
select round(x::float8::numeric * 2, 2), (x / 7)::numeric(5,2) + 1, coalesce((x / 7)::numeric(5,2), 0), round(power(x, 2)::numeric * 2, 2) from (values (2.5), (10)) as v(x) where x::float8::numeric + 1 > 2.5 order by x::float8::numeric * 100;
select 16777217::float, cast(0.1 as float), float '0.1', 0.1::float(24), 0.1::float(53), sum(l_tax::float) from lineitem where l_orderkey < 1000;
select 7 / 2, -7 / 2, 7 % 3, -7 % 3, 7.0 / 2, 1 / 3.0, 10 / 4.0, 2 / 2.0, 100.0 / 3;
select 1.10 + 2.2, 1.1 * 1.10, 2.50 - 2.5, -1.50, +1.5;
-- differs: functions of numeric are double precision.
select 2.0 ^ 3;
select 2 ^ 10, 2 ^ 0.5::float8, |/ 25.0, ||/ 27.0, @ -5;
select 5 & 3, 5 | 3, 5 # 3, ~5, 1 << 4, 256 >> 2;
select l_quantity / 3, l_extendedprice / l_quantity, l_extendedprice * 2, l_discount * l_tax from lineitem order by l_orderkey, l_linenumber limit 20;
select p_size / 2, p_size % 7, p_size * 2, p_size + 1.5, p_size * 0.1, p_size / 7.0 from part order by p_partkey limit 20;
select ps_availqty * 2147483647 from partsupp limit 1;
select 2147483647 + 1;
select 9223372036854775807 + 1;
select 30000::smallint + 30000::smallint;
select 1 / 0;
select 1.0 / 0;
select 1.0::float8 / 0;
select 5 % 0;
-- differs: floats overflow to infinity.
select 1e308::float8 * 10;
-- Casts.
select '1.5'::numeric, '1.50'::numeric, 1.5::numeric, 2::numeric, '-0.001'::numeric, 0.1::float8::numeric;
select 1.5::int, 2.5::int, -2.5::int, 1.4::bigint, 2.5::float8::int, '42'::int, ' 7 '::int, 42::text, 1.50::text, true::int, 1::boolean;
select '3.7'::float8, 0.1::float8 + 0.2::float8, 1::float8, 1e15::float8, 1e-7::float8, 'NaN'::float8, 'Infinity'::float8;
select 1.005::numeric(10,2), 1.995::numeric(6,2), 12345::numeric(5,0), 99.9::numeric(3,1);
select 1234.5::numeric(4,2);
select 40000::smallint;
select 3000000000::int;
select 'x'::int;
select ''::int;
select '1.5'::int;
select 'abc'::numeric;
select 'abc'::float8;
select p_size::text, p_retailprice::text, p_size::numeric, p_retailprice::int, p_retailprice::float8, p_size::float8 / 3 from part order by p_partkey limit 10;
select p_size::numeric / 3, (p_size / 3)::numeric, p_size::numeric(10,2), p_retailprice::numeric, p_retailprice::numeric(10,1) from part order by p_partkey limit 10;
select lat::numeric, lat::numeric(6,3), lat::int, lat::text from airports order by faa limit 10;
select p_mfgr::int from part;
-- Functions.
select abs(-5), abs(-1.50), abs(-2.5::float8), sign(-3), sign(-2.5::float8);
-- differs: functions of numeric are double precision.
select sign(2.5);
select round(2.5), round(-2.5), round(3.14159, 2), round(1234.5, -2), round(2.5::float8), round(2.567::numeric, 1), round(5), round(1.5::float8::numeric, 3);
select ceil(1.2), ceiling(-1.2), floor(1.8), floor(-1.2), ceil(1.2::float8), trunc(1.99), trunc(-1.99), trunc(1.999, 2), trunc(2.7::float8), ceil(3), floor(3);
select mod(7, 3), mod(-7, 3), mod(7.5, 2), mod(10, 4::bigint);
select power(2, 10), power(2.5::float8, 2), sqrt(16), sqrt(2::float8), exp(0::float8), ln(2.718281828::float8), log(100), cbrt(27::float8), pi();
-- differs: functions of numeric are double precision.
select power(2.0, 3), sqrt(2.0), exp(1.0), ln(10.0), log(100.0), log(2.0, 8.0);
select degrees(pi()), radians(180::float8), sin(0::float8), cos(0::float8), tan(0::float8), atan2(1::float8, 1::float8);
select greatest(1, 2, 3), greatest(1, null, 3), greatest('a', 'b'), least(null, null), least(1.5, 2);
-- differs: a column of numeric has one scale.
select least(1, 2.5), greatest(1.5, 2);
select width_bucket(5.35, 0.024, 10.06, 5), width_bucket(3::float8, 0::float8, 10::float8, 5);
-- differs: types of gcd, lcm.
select gcd(12, 18), lcm(4, 6), factorial(5), div(7, 2), div(-7.5, 2), scale(1.50);
select min_scale(1.50), trim_scale(1.50);
select ln(0);
select ln(-1.0);
select sqrt(-1);
select log(0.0);
select power(0, -1);
select round(avg(p_retailprice), 2), round(sum(p_retailprice) / count(*), 3), round(p_size::numeric / 3, 2) from part where p_size = 7 group by p_size;
select to_number('1,234.50', '9,999.99'), to_number('42', '99');
select to_char(1234.5, 'FM9,999.00'), to_char(1234567.891, '9,999,999.99'), to_char(5, '000'), to_char(0.5, '0.00'), to_char(-12, '99'), to_char(12.5, 'FM999990.0'), to_char(42, 'FM00000');
select round(temp::numeric, 1), round(temp), temp::int from weather order by origin, time_hour limit 10;
-- differs: more is taken than by PostgreSQL.
select round(temp, 1) from weather limit 1;
-- What is rounded has a type of its own.
select case when x = 1 then round(x + 0.26, 1) else x + 0.35 end > 1.3 from (values (1), (2)) as v(x);
select sum(case when l_linenumber = 1 then round(l_extendedprice, 0) else l_extendedprice end), sum(greatest(round(l_discount, 1), l_discount)) from lineitem;
select count(*) from lineitem where round(l_discount, 1) = l_discount;
select ceil(0.1), ceil(99.99::numeric(4,2)), floor(-0.1), trunc(-1.99, 1), round(0.5), round(-0.5), round(2.345, 2), round(1234.5, -2), round(5), round(7, 2), round(99.99, 1), ceil(null::numeric), round(1 / 3.0, 5), trunc(1 / 3.0, 3), ceil(1 / 3.0);
