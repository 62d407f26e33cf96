-- What a condition rules out does not fail.
select count(*) from nation where n_regionkey <> 0 and n_nationkey / n_regionkey > 3;
select count(*) from nation where n_regionkey <> 0 and n_nationkey / n_regionkey > 3 and n_nationkey % n_regionkey = 1;
select count(*) from nation where n_regionkey = 0 or n_nationkey / n_regionkey > 3;
select count(*) from nation where n_regionkey <> 0 and (n_nationkey / n_regionkey > 3 or n_nationkey / n_regionkey < 1);
select count(*) from nation where not (n_regionkey = 0 or n_nationkey / n_regionkey > 3);
select count(*) from nation where n_regionkey <> 0 and n_nationkey::numeric / n_regionkey > 3.5;
select count(*) from nation where n_regionkey <> 0 and n_nationkey::float8 / n_regionkey > 3.5;
select count(*) from (select * from nation where n_regionkey <> 0) s where n_nationkey / n_regionkey >= 1;
select count(*) from (select * from nation where n_regionkey <> 0) s where n_nationkey / n_regionkey >= 1 and n_nationkey / n_regionkey < 5;
select n_name, n_nationkey / n_regionkey as q, n_regionkey from nation where n_regionkey <> 0 order by n_name limit 3;
select n_regionkey, length(n_name) / n_regionkey + n_nationkey as q from nation where n_regionkey <> 0 order by 1, 2 limit 3;
select n_nationkey, n_regionkey <> 0 and n_nationkey / n_regionkey > 3 as a, n_regionkey = 0 or n_nationkey / n_regionkey > 3 as b from nation order by 1;
select n_nationkey, case when n_regionkey <> 0 and n_nationkey / n_regionkey > 3 then 'a' when n_regionkey = 0 or n_nationkey % n_regionkey = 0 then 'b' else 'c' end as kind from nation order by 1;
select sum(case when n_regionkey <> 0 and n_nationkey / n_regionkey > 3 then 1 else 0 end) from nation;
select n_nationkey % 5 as k, sum(n_nationkey / n_regionkey) filter (where n_regionkey <> 0), avg(n_nationkey / n_regionkey) filter (where n_regionkey <> 0) from nation group by 1 order by 1;
select count(*) filter (where n_regionkey <> 0 and n_nationkey / n_regionkey > 3) from nation;
select r_name, sum(n_nationkey) / sum(n_regionkey) from nation join region on r_regionkey = n_regionkey group by r_name having sum(n_regionkey) <> 0 and sum(n_nationkey) / sum(n_regionkey) > 2 order by 1;
select a.n_name, b.n_name from nation a left join nation b on a.n_nationkey = b.n_nationkey and b.n_regionkey <> 0 and a.n_nationkey / b.n_regionkey > 3 order by 1;
select count(*) from flights where tailnum ~ '^[0-9]+$' and tailnum::int > 5;
select count(*) from flights where case when tailnum ~ '^[0-9]+$' then tailnum::int > 5 else false end;
select count(*) from flights where carrier in (select carrier from airlines) and dep_time is not null and tailnum is not null and air_time <> 0 and distance / air_time > 7;
-- What it does not rule out does.
select n_nationkey / n_regionkey from nation;
select count(*) from nation where n_nationkey / n_regionkey > 3;
select count(*) from nation where n_regionkey >= 0 and n_nationkey / n_regionkey > 3;
