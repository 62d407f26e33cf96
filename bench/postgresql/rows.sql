-- The table that every server sends, in a real PostgreSQL.
create table rows(id int8, val float8, name text, ts timestamp, flag bool);
insert into rows
select i, i::float8 * 0.37::float8 + 0.5, 'row-' || lpad(i::text, 16, '0'),
       timestamp '2024-01-01 00:00:00' + i * interval '1.000123 second', i % 2 = 0
from generate_series(0, 999999) i;
vacuum (freeze, analyze) rows;
create role bench_scram login superuser password 'secret';
