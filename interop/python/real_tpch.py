"""Questions to TPC-H's tables, of our own: by name, a statement and perhaps its parameters."""

from datetime import date
from decimal import Decimal

STATEMENTS = {
    "sizes": ("""
        select 'lineitem' as name, count(*) as rows_in_it from lineitem
        union all select 'orders', count(*) from orders
        union all select 'customer', count(*) from customer
        union all select 'part', count(*) from part
        order by rows_in_it desc""",),
    "turnover": ("""
        select l_returnflag, l_linestatus, sum(l_quantity) as quantity,
               sum(l_extendedprice * (1 - l_discount)) as net,
               sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) as gross, count(*) as items
        from lineitem where l_shipdate <= %s
        group by l_returnflag, l_linestatus order by l_returnflag, l_linestatus""", (date(1998, 9, 1),)),
    "by_nation": ("""
        select r_name, n_name, count(distinct c_custkey) as customers, sum(o_totalprice) as total
        from region join nation on n_regionkey = r_regionkey
             join customer on c_nationkey = n_nationkey join orders on o_custkey = c_custkey
        where r_name in (%s, %s) group by r_name, n_name
        order by total desc, n_name""", ("EUROPE", "ASIA")),
    "by_quarter": ("""
        select extract(year from o_orderdate)::int as in_year, extract(quarter from o_orderdate)::int as quarter,
               count(*) as orders, min(o_totalprice) as least, max(o_totalprice) as most
        from orders group by 1, 2 order by 1, 2""",),
    "best_customers": ("""
        select c_custkey, c_name, c_acctbal, sum(o_totalprice) as spent
        from customer join orders on o_custkey = c_custkey where c_mktsegment = %s
        group by c_custkey, c_name, c_acctbal having sum(o_totalprice) > %s
        order by spent desc limit 15""", ("MACHINERY", Decimal("1000000.00"))),
    "without_orders": ("""
        select c_nationkey, count(*) as customers, sum(c_acctbal) as balance
        from customer where c_custkey not in (select o_custkey from orders)
        group by c_nationkey order by c_nationkey""",),
    "late": ("""
        select o_orderpriority, count(*) as orders from orders
        where o_orderdate >= %s and o_orderdate < date '1996-01-01' + interval '3 months'
          and exists (select 1 from lineitem where l_orderkey = o_orderkey and l_commitdate < l_receiptdate)
        group by o_orderpriority order by o_orderpriority""", (date(1996, 1, 1),)),
    "cheapest_supplier": ("""
        select p_partkey, p_type, s_name, ps_supplycost
        from part join partsupp ps on ps_partkey = p_partkey join supplier on s_suppkey = ps_suppkey
        where p_size = %s and p_type like %s
          and ps_supplycost = (select min(ps_supplycost) from partsupp least where least.ps_partkey = p_partkey)
        order by p_partkey, s_name""", (15, "%BRASS")),
    "share_by_mode": ("""
        select l_shipmode,
               sum(case when l_shipdate > l_commitdate then 1 else 0 end) as late,
               sum(case when l_shipdate > l_commitdate then 0 else 1 end) as in_time,
               max(l_receiptdate - l_shipdate) as slowest
        from lineitem group by l_shipmode order by l_shipmode""",),
    "days_on_the_way": ("""
        select l_orderkey, l_linenumber, l_shipdate, l_shipdate + %s as expected, l_receiptdate
        from lineitem where l_orderkey < 50 order by l_orderkey, l_linenumber""", (7,)),
    "ranks": ("""
        select n_name, s_name, s_acctbal, place from (
            select n_name, s_name, s_acctbal,
                   dense_rank() over (partition by n_name order by s_acctbal desc) as place
            from supplier join nation on n_nationkey = s_nationkey) ranked
        where place <= 2 order by n_name, place, s_name""",),
    "moving_sum": ("""
        select o_orderdate, daily, sum(daily) over (order by o_orderdate
               rows between 6 preceding and current row) as weekly,
               first_value(daily) over (order by o_orderdate) as first_day
        from (select o_orderdate, sum(o_totalprice) as daily from orders
              where o_orderdate between %s and %s group by o_orderdate) days
        order by o_orderdate""", (date(1995, 2, 1), date(1995, 4, 30))),
    "comments": ("""
        select o_orderkey, char_length(o_comment) as letters, upper(left(o_comment, 10)) as beginning,
               right(o_clerk, 4) as clerk, trim(o_orderpriority) as priority
        from orders where o_comment like %s and o_comment not like %s
        order by o_orderkey limit 50""", ("%special%requests%", "%final%")),
    "mean_prices": ("""
        select p_brand, round(avg(p_retailprice), 2) as mean, round(sum(p_retailprice) / count(*), 2) as same_mean,
               count(distinct p_container) as containers
        from part group by p_brand having count(*) >= %s order by p_brand""", (10,)),
    "whole_rows": ("""
        select * from lineitem where l_partkey = %s order by l_orderkey, l_linenumber""", (77,)),
    "all_rows": ("""
        select l_orderkey, l_linenumber, l_extendedprice, l_discount, l_shipdate, l_comment
        from lineitem order by l_orderkey, l_linenumber""",),
}
