-- Every type of the tables, NULLs and other scripts' letters.
select id, name, price, in_stock, added, updated from items where id in (1, 5, 7, 400) order by id;
select id, account, branch, amount, share, posted from ledger where id in (1, 9, 10, 200) order by id;
select id, memo, blob, tags from ledger where id in (1, 4, 9, 10) order by id;
select * from events where id <= 5 order by id;
select count(*), sum(price), min(added), max(updated) from items;
select kind, count(*) as n, sum(value) as value from events group by kind order by kind;
select i.name, e.kind from items i join events e on i.id = e.id where e.ok order by i.id limit 3;
select 1 as one, 'text' as text, true as yes, null as nothing, 1.5 as number;
select date '2024-02-29' as day, timestamp '2024-02-29 12:34:56.789' as at;
select cast(1 as bigint) as a, cast(2.5 as double precision) as b, cast('x' as text) as c;
select id from items where id < 0;
\x on
select id, name, price from items where id in (5, 7) order by id;
\x off
\pset null '(null)'
\pset format csv
select id, name, price, added from items where id in (5, 7) order by id;
select id, name from items where id = 3
\gset
\echo :id :name
