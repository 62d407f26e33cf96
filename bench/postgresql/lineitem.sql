-- The table lineitem of TPC-H.
create table lineitem(
    l_orderkey int8, l_partkey int8, l_suppkey int8, l_linenumber int4,
    l_quantity numeric(15,2), l_extendedprice numeric(15,2),
    l_discount numeric(15,2), l_tax numeric(15,2),
    l_returnflag text, l_linestatus text,
    l_shipdate date, l_commitdate date, l_receiptdate date,
    l_shipinstruct text, l_shipmode text, l_comment text
);
