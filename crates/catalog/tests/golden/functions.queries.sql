select to_char(1234.5, 'FM9,999.00'), to_char(-12, '99'), to_char(12345, '999'), to_char(485, 'RN'), to_char(0.1::float8, '9.9EEEE'), to_char(1.5::float4, '99.99'), to_char(12345678901, '99999999999TH') from pg_am limit 1

select to_char('NaN'::numeric, '999'), to_char(null::int, '9'), to_char(1, null), to_char(1, '') from pg_am limit 1

select to_char(5::int2, '999'), to_char(-0.001::float8, '9.99') from pg_am limit 1

select to_char(1, '9.9.9') from pg_am limit 1

select to_char('2024-02-29'::date, 'FMDay, DDth FMMonth YYYY'), to_char('infinity'::timestamp, 'YYYY') is null, to_char('0044-03-15 BC'::timestamp, 'YYYY BC'), to_char('1 year 2 mons -3 days 04:05:06'::interval, 'YYYY MM DD HH24:MI:SS') from pg_am limit 1

select to_char('1 day'::interval, 'Month') from pg_am limit 1

select to_char('15:16:17'::time, 'HH12:MI am') from pg_am limit 1

select 'infinity'::date::timestamp, '-infinity'::timestamptz::date, 'infinity'::timestamp::timestamptz, '10:00'::time::interval, to_char('infinity'::date, 'YYYY') from pg_am limit 1

select '5874897-01-01'::date::timestamp from pg_am limit 1
