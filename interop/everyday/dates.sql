-- Literals and arithmetic.
select date '2024-02-29', timestamp '2024-02-29 12:34:56.789', time '12:34:56', timestamptz '2024-02-29 12:00:00+02', interval '1 day 02:03:04';
select extract('month' from date '2024-05-06'), date(timestamp '2024-05-06 07:08:09');
select '2024-01-31'::date + 1, '2024-01-31'::date - 31, date '2024-03-01' - date '2024-02-01';
select date '2024-01-31' + interval '1 month', date '2024-01-31' - interval '1 day', date '2024-01-01' + time '10:30';
select timestamp '2024-01-31 10:00' + interval '1 month', timestamp '2024-03-31' - interval '1 month', timestamp '2024-01-01' - timestamp '2023-12-25 12:00';
select timestamptz '2024-01-31 10:00+00' + interval '1 day', timestamptz '2024-02-01 00:00+00' - timestamptz '2024-01-31 00:00+00';
select o_orderdate + 7, o_orderdate - 7, o_orderdate + interval '1 week', o_orderdate - date '1992-01-01' from orders order by o_orderkey limit 5;
-- differs: no 42702 for an ORDER BY that two columns answer to.
select time_hour + interval '90 minutes', time_hour - interval '1 year', time_hour::date, time_hour::time, time_hour - timestamp '2013-01-01' from flights order by time_hour, flight limit 5;
select interval '1 day' * 2, 3 * interval '2 hours', interval '1 hour' / 2, interval '1 day' + interval '2 hours', -interval '1 day', interval '1.5 hours', interval '1 year 2 mons', interval '1' day;
select make_date(2024, 2, 29);
select make_timestamp(2024, 2, 29, 12, 30, 15.5), make_interval(days => 10), make_time(8, 15, 23.5);
select p_size * interval '1 day', date '2024-01-01' + p_size, date '2024-01-01' + p_size * interval '1 day' from part order by p_partkey limit 5;
select date '2024-01-01' < timestamp '2024-01-01 00:00:01', date '2024-01-01' = '2024-01-01', '2024-01-01' < date '2024-01-02', timestamp '2024-01-01' = date '2024-01-01';
select o_orderkey from orders where o_orderdate between '1995-01-01' and '1995-01-03' order by 1 limit 10;
select count(*) from orders where o_orderdate >= date '1995-01-01' and o_orderdate < date '1995-01-01' + interval '1 month';
-- Parts.
select extract(year from date '2024-02-29'), extract(month from date '2024-02-29'), extract(day from date '2024-02-29'), extract(dow from date '2024-02-29'), extract(isodow from date '2024-02-25'), extract(doy from date '2024-02-29'), extract(week from date '2024-01-01'), extract(quarter from date '2024-05-01'), extract(isoyear from date '2024-12-30');
select extract(epoch from date '2024-02-29'), extract(decade from date '2024-02-29'), extract(century from date '2024-02-29'), extract(millennium from date '2024-02-29'), extract(julian from date '2024-02-29');
select extract(hour from timestamp '2024-02-29 12:34:56.789'), extract(minute from timestamp '2024-02-29 12:34:56.789'), extract(second from timestamp '2024-02-29 12:34:56.789'), extract(milliseconds from timestamp '2024-02-29 12:34:56.789'), extract(microseconds from timestamp '2024-02-29 12:34:56.789'), extract(epoch from timestamp '2024-02-29 12:34:56.789'), extract(epoch from timestamptz '2024-02-29 12:34:56+00');
select extract(epoch from interval '1 day 2 hours'), extract(day from interval '40 days 2 hours'), extract(hour from interval '26 hours'), extract(month from interval '14 months'), extract(year from interval '14 months'), extract(minute from interval '90 minutes'), extract(second from interval '1.5 seconds');
select extract(hour from time '12:34:56.7'), extract(epoch from time '12:34:56.7'), extract(second from time '12:34:56.7');
select date_part('year', date '2024-02-29'), date_part('epoch', timestamp '2024-02-29 12:00'), date_part('hour', timestamp '2024-02-29 12:34:56');
select extract(year from time_hour), extract(hour from time_hour)::int, extract(epoch from time_hour)::bigint, extract(month from time_hour) * 2 from flights order by time_hour, flight limit 5;
select extract(hour from date '2024-02-29');
select extract(fortnight from date '2024-02-29');
select date_trunc('month', timestamp '2024-02-29 12:34:56'), date_trunc('year', timestamp '2024-02-29 12:34:56'), date_trunc('week', timestamp '2024-02-29 12:34:56'), date_trunc('hour', timestamp '2024-02-29 12:34:56'), date_trunc('quarter', timestamp '2024-05-29 12:34:56'), date_trunc('minute', timestamp '2024-02-29 12:34:56'), date_trunc('second', timestamp '2024-02-29 12:34:56.789'), date_trunc('decade', timestamp '2024-02-29 12:34:56');
select date_trunc('month', date '2024-02-29'), date_trunc('month', o_orderdate), date_trunc('month', o_orderdate)::date from orders order by o_orderkey limit 3;
select date_trunc('day', timestamptz '2024-02-29 12:34:56+00'), date_trunc('day', timestamptz '2024-02-29 12:34:56+00', 'Europe/Berlin'), date_trunc('day', interval '3 days 14:00');
select date_trunc('fortnight', timestamp '2024-02-29 12:34:56');
select date_bin('15 minutes', timestamp '2024-02-29 12:34:56', timestamp '2001-01-01');
-- Zones.
select timestamp '2024-02-29 12:00' at time zone 'Europe/Berlin', timestamptz '2024-07-01 12:00+00' at time zone 'America/New_York', timestamptz '2024-07-01 12:00+00' at time zone 'UTC', timestamp '2024-02-29 12:00' at time zone 'UTC' at time zone 'Asia/Tokyo';
select time_hour at time zone 'America/New_York', (time_hour at time zone 'UTC')::date from flights order by time_hour, flight limit 3;
select timestamptz '2024-02-29 12:00+02'::timestamp, timestamp '2024-02-29 12:00'::timestamptz, '2024-02-29'::timestamptz, timestamptz '2024-02-29 23:00-05'::date;
select timestamp '2024-02-29 12:00' at time zone 'Nowhere/Land';
-- Now.
select pg_typeof(now())::text, pg_typeof(current_date)::text, pg_typeof(current_timestamp)::text, pg_typeof(localtimestamp)::text, pg_typeof(clock_timestamp())::text;
select pg_typeof(current_time)::text, pg_typeof(localtime)::text;
select now() = current_timestamp, now()::date = current_date, now() - interval '1 day' < now(), now() > '2020-01-01', current_date - 1 < current_date;
select pg_typeof(now() - interval '1 day')::text, pg_typeof(now() - now())::text, pg_typeof(current_date - interval '1 day')::text, pg_typeof(current_date + 1)::text, pg_typeof(now()::timestamp)::text, pg_typeof(current_date - current_date)::text;
-- Ages and formats.
select age(timestamp '2024-03-01', timestamp '2023-01-31'), age(date '2024-02-29', date '2000-05-15'), age(timestamp '2024-01-01', timestamp '2024-03-01 12:00'), pg_typeof(age(date '2000-01-01'))::text;
select to_char(timestamp '2024-02-09 15:04:05.678', 'YYYY-MM-DD HH24:MI:SS'), to_char(timestamp '2024-02-09 15:04:05.678', 'DD Mon YYYY'), to_char(timestamp '2024-02-09 15:04:05.678', 'FMDay, FMDD FMMonth YYYY'), to_char(timestamp '2024-02-09 15:04:05.678', 'HH12:MI AM'), to_char(timestamp '2024-02-09 15:04:05.678', 'YYYYMMDD"T"HH24MISS.MS');
select to_char(timestamp '2024-02-09 15:04:05', 'Month'), to_char(timestamp '2024-02-09', 'Day|DAY|day'), to_char(timestamp '2024-02-09', 'MON mon Mon DY dy'), to_char(timestamp '2024-02-09', 'Q IW WW W D ID DDD J CC'), to_char(timestamp '2024-02-09', 'YYYY-"Q"Q'), to_char(timestamp '2024-02-09', 'FMMM/FMDD/YY'), to_char(timestamp '2024-02-09 00:00:01', 'SSSS'), to_char(timestamp '2024-02-09', 'DDth FMDDth MONTH');
select to_char(o_orderdate, 'YYYY-MM'), to_char(o_orderdate, 'Mon YY'), to_char(o_orderdate, 'YYYY') from orders order by o_orderkey limit 5;
select to_char(timestamptz '2024-02-29 12:00+00', 'YYYY-MM-DD HH24:MI:SS TZ'), to_char(interval '26 hours 5 minutes', 'HH24:MI:SS');
select to_date('2024-02-29', 'YYYY-MM-DD'), to_date('29 Feb 2024', 'DD Mon YYYY'), to_timestamp('2024-02-29 12:34', 'YYYY-MM-DD HH24:MI'), to_timestamp(1709208000), to_timestamp(1709208000.5);
select '2024-02-29'::date::text, timestamp '2024-02-29 12:00'::text, '12:30'::time::text, interval '90 minutes'::text, (now() is not null)::text;
select '2024-02-30'::date;
select '2024-13-01'::timestamp;
select 'yesterdayish'::date;
-- differs: 42883 instead of 42725.
select date '2024-02-29' + '1';
select isfinite(date '2024-01-01'), justify_days(interval '40 days'), justify_hours(interval '30 hours'), justify_interval(interval '1 mon -1 hour');
select (date '2024-01-01', date '2024-02-01') overlaps (date '2024-01-15', date '2024-03-01');
-- Series.
select * from generate_series(1, 5);
select generate_series(1, 3) as n;
select * from generate_series(10, 1, -3) g(n);
select d::date from generate_series(date '2024-01-30', date '2024-02-02', interval '1 day') d;
select generate_series('2024-01-01'::timestamp, '2024-01-02', '12 hours');
select g, g * g from generate_series(1, 4) as g;
select d::date as day, count(f.flight) from generate_series('2013-01-01'::date, '2013-01-03'::date, '1 day') d left join flights f on f.time_hour::date = d::date group by 1 order by 1;
-- differs: series of numeric.
select * from generate_series(0.5, 2.0, 0.5);
select * from generate_series(1, 3) with ordinality as t(v, n);
-- Texts that are read as moments.
select v::date, v::timestamp, v::timestamptz from (values ('2024-01-05 10:20'), ('2024/01/05'), ('Jan 5 2024'), ('2024-01-05 10:20+02'), (null)) as t(v);
select v::interval from (values ('1'), ('P1D'), ('2 days')) as t(v);
select current_date = now()::date, timestamptz '2024-07-01 12:00+00' - timestamp '2024-01-01', timestamptz '2024-07-01 12:00+02' - timestamptz '2024-01-01 00:00+01';
select g from generate_series(date '2024-01-01', date '2024-01-03', interval '1 day') g;
select justify_days('1 month -1 day'), justify_days('-1 month 40 days'), justify_hours('-1 day 02:03:04'), justify_hours('1 day -26 hours'), justify_interval('1 mon -1 hour');
select to_date('2024-03', 'YYYY-MM'), to_date('202403', 'YYYYMM'), to_date('2024', 'YYYY'), to_timestamp('2024-01-05 10', 'YYYY-MM-DD HH24'), to_timestamp('2024-01-05', 'YYYY-MM-DD');
