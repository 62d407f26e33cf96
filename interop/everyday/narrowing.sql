-- Casts that round, compared.
select count(*) from lineitem where l_quantity::int = 5;
select count(*) from lineitem where l_extendedprice::int > 20000;
select count(*) from orders where o_totalprice::int = 173666;
select count(*) from orders where o_totalprice::numeric(12,1) > 150000.1;
select count(*) from orders where o_totalprice::numeric(12,0) <= 1000;
select count(*) from part where p_retailprice::int in (901, 902, 903, 1000);
select count(*) from part where p_retailprice::int between 901 and 905;
select p_retailprice::int as price, count(*) from part group by 1 order by 1 limit 5;
select 2.5::int, -2.5::int, 9.9::numeric(2,1)::int, 99.95::numeric(4,1), 0.05::numeric(2,1);
select 99999.5::int2;
select 99999.5::numeric(5,0);
-- Moments as dates and times, compared.
select count(*) from flights where time_hour::time > '20:00';
select count(*) from flights where time_hour::time = '08:00';
select count(*) from flights where time_hour::time between '05:00' and '06:00';
select count(*) from flights where time_hour::date = '2013-01-05';
select count(*) from flights where time_hour::date > '2013-06-30';
select count(*) from flights where time_hour::date <= '2013-01-31';
select count(*) from flights where time_hour::date <> '2013-01-05';
select count(*) from flights where time_hour::date in ('2013-01-05', '2013-02-05');
select count(*) from flights where time_hour::date not in ('2013-01-05', '2013-02-05');
select count(*) from flights where '2013-06-30' < time_hour::date;
select count(*) from flights where time_hour::date is distinct from '2013-01-05';
select count(*) from flights where time_hour::date = make_date(year::int, month::int, day::int);
select count(*) from flights where time_hour::date = time_hour;
select count(*) from orders where o_orderdate = (o_orderdate + interval '12 hours')::date;
select count(*) from orders where o_orderdate::timestamp::date < o_orderdate;
select '1969-12-31 12:00'::timestamp::date, '1969-12-31 12:00'::timestamp::time;
