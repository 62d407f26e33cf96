-- Membership where NULL matters.
select 1 where 1 not in (select null::int);
select r_name from region where r_regionkey not in (select nullif(n_regionkey, 1) from nation) or r_name = 'ASIA' order by 1;
select r_name from region where 9 not in (select nullif(n_regionkey, 1) from nation);
select r_name from region where 9 in (select n_regionkey from nation) or r_name = 'ASIA';
select r_name, (r_regionkey in (select nullif(n_regionkey, 1) from nation)) is null from region order by 1;
select r_name from region where (r_regionkey in (select nullif(n_regionkey, 1) from nation)) is null order by 1;
select r_name, coalesce(r_regionkey in (select nullif(n_regionkey, 1) from nation), true) from region order by 1;
select r_name, r_regionkey in (select n_regionkey from nation where n_regionkey > 2), r_regionkey not in (select n_regionkey from nation where n_regionkey > 2) from region order by 1;
select r_name from region where (r_regionkey in (select nullif(n_regionkey, 1) from nation)) is not true order by 1;
select r_name from region where r_regionkey not in (select nullif(n_regionkey, 2) from nation where n_name like 'I' || '%') order by 1;
select r_name from region r where r_regionkey not in (select n_nationkey from nation n where n.n_regionkey = r.r_regionkey) order by 1;
select case when r_regionkey in (select n_nationkey from nation where n_regionkey = 1) then 1 else 0 end from region order by r_regionkey;
select x in (select r_regionkey from region), x not in (select r_regionkey from region) from (values (1), (9), (null)) as v(x) order by x;
-- A value that is looked up.
select n_name, (select r_name from region where r_regionkey = n_regionkey) from nation order by 1 limit 5;
select n_name from nation where (select r_name from region where r_regionkey = n_regionkey) = 'ASIA' order by 1;
select r_name, (select n_name from nation where n_regionkey = r_regionkey) from region;
select r_name, (select n_name from nation where n_regionkey = r_regionkey and n_nationkey < 2) from region order by 1;
