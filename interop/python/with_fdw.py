"""postgres_fdw of a PostgreSQL 15 reads and writes the server's tables as its own foreign tables."""

import datetime as dt
import os
from decimal import Decimal

import psycopg

from scenario import UTC, equal, main, scenario, server

where = server()
ROWS = 3000
SALES = ("create table sales (id bigint primary key, shop integer not null, item text, amount numeric(12,2), "
         "sold timestamptz, paid boolean)")
FOREIGN = """
    create extension postgres_fdw;
    create server far foreign data wrapper postgres_fdw
        options (host '{host}', port '{port}', dbname '{database}', sslmode 'disable', fetch_size '250',
            fdw_tuple_cost '10');
    create user mapping for current_user server far options (user '{user}', password_required 'false');
    create schema imported;
    create foreign table sales (
        id bigint not null, shop integer, item text, amount numeric(12,2), sold timestamptz, paid boolean
    ) server far;
    create table shops (id integer primary key, name text, open boolean);
    insert into shops select n, 'shop ' || n, n % 2 = 0 from generate_series(1, 10) n;
"""


def far():
    """Straight to the server."""
    return psycopg.connect(host=where["host"], port=where["port"], user=where["user"], dbname=where["database"],
                           sslmode="disable")


def near():
    """To the PostgreSQL that has the foreign table."""
    return psycopg.connect(f"host=127.0.0.1 port={os.environ['INTEROP_PEER_PORT']} user=postgres dbname=postgres")


def rows(connection, query, *parameters):
    return connection.execute(query, parameters or None).fetchall()


def sent(connection, query):
    """The statement that goes to the server."""
    plan = [line for (line,) in connection.execute("explain (verbose, costs off) " + query)]
    return next(line.split("Remote SQL: ")[1] for line in plan if "Remote SQL" in line)


def sale(n):
    return (n, n % 10 + 1, None if n % 7 == 0 else f"Stück {n}", Decimal(n) / 4,
            dt.datetime(2024, 1, 1, tzinfo=UTC) + dt.timedelta(hours=n, microseconds=n), n % 3 == 0)


@scenario
def declares_a_foreign_table():
    with far() as connection:
        connection.execute(SALES)
        with connection.cursor().copy("copy sales from stdin") as copy:
            for n in range(1, ROWS + 1):
                copy.write_row(sale(n))
    with near() as connection:
        connection.execute(FOREIGN.format(**where))


@scenario
def reads_all_rows():
    with near() as connection:
        found = rows(connection, "select * from sales order by id")
    equal(found, [sale(n) for n in range(1, ROWS + 1)])


@scenario
def sends_conditions_and_order():
    with near() as connection:
        query = ("select id, item from sales where shop = 3 and item is not null and amount between 1 and 20.5 "
                 "and sold < '2024-01-04 00:00:00+00' order by id desc limit 3")
        assert "amount <= 20.5" in sent(connection, query), sent(connection, query)
        equal(rows(connection, query), [(62, "Stück 62"), (52, "Stück 52"), (32, "Stück 32")])
        query = "select id, item from sales where shop = 3 order by id desc limit 2"
        assert "ORDER BY id DESC NULLS FIRST LIMIT" in sent(connection, query), sent(connection, query)
        equal(rows(connection, query), [(2992, "Stück 2992"), (2982, None)])
        equal(rows(connection, "select id from sales where id in (1, 5, 99999) and paid is not true order by id"), [(1,), (5,)])
        equal(rows(connection, "select id from sales where item like 'Stück 100%' order by id"),
              [(100,), (1000,)] + [(n,) for n in range(1001, 1010) if n % 7])
        equal(rows(connection, "select count(*) from sales where id = any(%s)", [1, 2, 3]), [(3,)])


@scenario
def joins_with_a_local_table():
    with near() as connection:
        found = rows(connection, "select h.name, count(*), sum(s.amount) from sales s join shops h on h.id = s.shop "
                                 "where h.open group by h.name order by h.name limit 2")
        totals = [sum((Decimal(n) / 4 for n in range(1, ROWS + 1) if n % 10 + 1 == shop), Decimal()) for shop in (10, 2)]
        equal(found, [("shop 10", 300, totals[0]), ("shop 2", 300, totals[1])])


@scenario
def joins_on_the_server():
    with near() as connection:
        query = "select a.id, b.item from sales a join sales b on b.id = a.id + 1 where a.id in (1, 2) order by a.id"
        assert " JOIN " in sent(connection, query), sent(connection, query)
        equal(rows(connection, query), [(1, "Stück 2"), (2, "Stück 3")])


@scenario
def aggregates_on_the_server():
    with near() as connection:
        query = "select shop, count(*), sum(amount), max(sold), avg(amount) from sales group by shop having count(*) > 1 order by shop"
        assert "GROUP BY" in sent(connection, query), sent(connection, query)
        found = rows(connection, query)
        equal((len(found), found[0][:3]), (10, (1, 300, Decimal("112875.00"))))
        equal(found[0][3:], (sale(3000)[4], Decimal("376.25")))
        equal(rows(connection, "select count(*), count(item), bool_and(paid) from sales"), [(ROWS, ROWS - ROWS // 7, False)])


@scenario
def inserts():
    with near() as connection:
        found = rows(connection, "insert into sales (id, shop, item, amount, sold, paid) "
                                 "values (10001, 1, 'new ''quoted''', 1.5, '2025-01-01 00:00:00+00', true) returning id, item, amount")
        equal(found, [(10001, "new 'quoted'", Decimal("1.50"))])
        connection.execute("alter foreign table sales options (add batch_size '50')")
        inserted = connection.execute("insert into sales select n, 1, 'batch', n, now(), null from generate_series(10002, 10200) n")
        equal(inserted.rowcount, 199)
    with far() as connection:
        equal(rows(connection, "select count(*), count(paid) from sales where id > 10000"), [(200, 1)])


@scenario
def updates_and_deletes_on_the_server():
    with near() as connection:
        query = "update sales set amount = amount + 1, item = 'changed' where id > 10190"
        assert sent(connection, query).startswith("UPDATE"), sent(connection, query)
        equal(connection.execute(query).rowcount, 10)
        equal(rows(connection, "update sales set paid = true where id = 10200 returning amount, paid"), [(Decimal("10201.00"), True)])
        equal(connection.execute("delete from sales where id > 10100").rowcount, 100)
    with far() as connection:
        equal(rows(connection, "select count(*) from sales where id > 10000"), [(100,)])


@scenario
def updates_row_by_row():
    """Where the condition is local, rows are locked, fetched, and changed one at a time by their ctid."""
    with near() as connection:
        query = ("update sales s set item = h.name from shops h where h.id = s.shop and h.open and s.id in (1, 2, 3) "
                 "and random() >= 0")
        assert "FOR UPDATE" in "".join(line for (line,) in connection.execute("explain (verbose, costs off) " + query))
        equal(connection.execute(query).rowcount, 2)
        equal(rows(connection, "select id, item from sales where id <= 3 order by id"), [(1, "shop 2"), (2, "Stück 2"), (3, "shop 4")])
        connection.rollback()
        equal(rows(connection, "select item from sales where id = 1"), [("Stück 1",)])
        equal(connection.execute("delete from sales where id <= 3 and random() < 0").rowcount, 0)


@scenario
def repeatable_read():
    with near() as reader, far() as writer:
        equal(rows(reader, "select count(*) from sales where id < 100"), [(99,)])
        writer.execute("insert into sales values (0, 1)")
        writer.commit()
        # The wrapper's transaction on the server sees what it saw.
        equal(rows(reader, "select count(*) from sales where id < 100"), [(99,)])
        reader.commit()
        equal(rows(reader, "select count(*) from sales where id < 100"), [(100,)])
        reader.commit()
        writer.execute("delete from sales where id = 0")


@scenario
def transactions_and_savepoints():
    with near() as connection:
        connection.execute("insert into sales (id, shop) values (20001, 1)")
        try:
            with connection.transaction():
                connection.execute("insert into sales (id, shop) values (20002, 1)")
                raise KeyError
        except KeyError:
            pass
        with connection.transaction():
            connection.execute("insert into sales (id, shop) values (20003, 1)")
        connection.commit()
        connection.execute("delete from sales where id = 20001")
        connection.rollback()
    with far() as connection:
        equal(rows(connection, "select id from sales where id > 20000 order by id"), [(20001,), (20003,)])
        connection.execute("delete from sales where id > 20000")


@scenario
def tells_errors():
    def refused(query, state):
        with near() as connection:
            try:
                connection.execute(query)
            except psycopg.Error as error:
                equal((query, error.sqlstate), (query, state))
                connection.rollback()
            else:
                raise AssertionError(f"taken: {query}")

    refused("insert into sales (id, shop) values (1, 1)", "23505")
    refused("insert into sales (id, shop) values (30000, null)", "23502")
    with near() as connection:
        connection.execute("create foreign table wrong (id bigint) server far options (table_name 'nowhere')")
    refused("select * from wrong", "42P01")
    with near() as connection:
        equal(rows(connection, "select count(*) from sales where id = 1"), [(1,)])


@scenario
def imports_a_schema():
    with near() as connection:
        connection.execute("import foreign schema public limit to (sales) from server far into imported")
        found = rows(connection, "select attname, format_type(atttypid, atttypmod), attnotnull from pg_attribute "
                                 "where attrelid = 'imported.sales'::regclass and attnum > 0 order by attnum")
        equal(found, [("id", "bigint", True), ("shop", "integer", True), ("item", "text", False),
                      ("amount", "numeric(12,2)", False), ("sold", "timestamp with time zone", False), ("paid", "boolean", False)])
        equal(rows(connection, "select count(*) from imported.sales where id < 10"), [(9,)])


@scenario
def analyzes():
    with near() as connection:
        connection.execute("analyze sales")
        ((known,),) = rows(connection, "select reltuples::bigint from pg_class where relname = 'sales' and relkind = 'f' "
                                       "and relnamespace = 'public'::regnamespace")
        equal(known, ROWS + 100)


@scenario
def truncates_and_drops():
    with near() as connection:
        connection.execute("truncate sales")
        equal(rows(connection, "select count(*) from sales"), [(0,)])
    with far() as connection:
        connection.execute("drop table sales")


if __name__ == "__main__":
    main()
