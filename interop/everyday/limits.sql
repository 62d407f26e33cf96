-- A limit below an order: the rows are chosen first.
select * from (select r_regionkey from region limit 3 offset 1) s order by r_regionkey;
select * from (select r_regionkey from region limit 2 offset 2) s order by r_regionkey desc;
with page as (select r_name from region limit 2 offset 3) select * from page order by r_name;
select * from (select p_partkey from part order by p_partkey limit 5 offset 5) s order by p_partkey desc;
(select r_name from region order by r_name limit 2 offset 1) union all (select n_name from nation order by n_name limit 2 offset 3) order by 1;
select r_name, rank() over (order by r_name desc) from (select r_name from region limit 3 offset 1) s order by r_name;
select distinct n_regionkey from (select n_regionkey from nation order by n_nationkey limit 6 offset 3) s order by 1;
select * from (select * from (select n_name from nation order by n_name limit 12 offset 2) a limit 6 offset 2) b order by n_name desc limit 3 offset 1;
select r.r_name, n.n_name from (select * from nation order by n_nationkey limit 4 offset 3) n join region r on r.r_regionkey = n.n_regionkey order by 1, 2;
select count(*) from (select r_name from region limit 9 offset 3) s;
-- The order of a subquery.
select string_agg(r_name, ',') from (select r_name from region order by r_name desc) s;
select string_agg(n_name, ',') from (select n_name from nation order by n_regionkey, n_nationkey desc) s;
select n_regionkey, string_agg(n_name, ',') from (select n_regionkey, n_name from nation order by n_name desc) s group by n_regionkey order by 1;
select array_agg(o_orderkey) from (select o_orderkey from orders order by o_totalprice desc, o_orderkey limit 4) s;
select n_name, row_number() over () from (select n_name from nation order by n_name desc) s limit 3;
select n_name, lag(n_name) over () from (select n_name from nation order by n_name desc) s limit 3;
select * from (select r_name, r_regionkey from region order by r_name desc) s;
with names as (select r_name, r_regionkey from region order by r_name desc) select upper(r_name) as name from names where r_regionkey > 0;
