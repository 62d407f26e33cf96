"""psycopg 3 on libpq 18: the simple and the extended protocol, text and binary, sync and async, pipelines."""

import asyncio
import os
import threading

import psycopg
from psycopg import pq

from scenario import (
    CONDITIONS, ENDLESS, ERRORS, FLOOD, ITEM_ROWS, ITEMS, LEDGER, LEDGER_ROWS, Skipped, Stopwatch, equal,
    kill_in_mid_result, main, scenario, secure_server, server,
)

IDLE, IN_BLOCK, FAILED = (
    pq.TransactionStatus.IDLE, pq.TransactionStatus.INTRANS, pq.TransactionStatus.INERROR,
)


def options(where, **more):
    options = {**where, **more}
    options["dbname"] = options.pop("database")
    return {"autocommit": True, "sslmode": "disable", "connect_timeout": 10, **options}


def connect(**more):
    return psycopg.connect(**options(server(), **more))


def one(connection, query, parameters=None, **more):
    return connection.execute(query, parameters, **more).fetchone()[0]


@scenario
def connects_in_trust():
    with connect(application_name="interop") as connection:
        equal(connection.pgconn.transaction_status, IDLE)
        assert connection.info.backend_pid > 0
        assert connection.info.server_version >= 150000
        for name, value in {
            "server_encoding": "UTF8", "client_encoding": "UTF8", "integer_datetimes": "on",
            "standard_conforming_strings": "on", "application_name": "interop", "DateStyle": "ISO, MDY",
            "TimeZone": "UTC", "is_superuser": "off", "session_authorization": os.environ["INTEROP_USER"],
        }.items():
            equal((name, connection.info.parameter_status(name)), (name, value))


@scenario
def connects_in_protocol_3_2():
    with connect(min_protocol_version="3.0", max_protocol_version="3.2") as connection:
        equal(one(connection, "select count(*) from items"), 1000)


@scenario
def connects_by_scram():
    with psycopg.connect(**options(secure_server(), require_auth="scram-sha-256")) as connection:
        equal(one(connection, "select count(*) from items"), 1000)


@scenario
def refuses_a_wrong_password():
    for change in ({"password": "wrong"}, {"user": "nobody_knows_me"}):
        try:
            psycopg.connect(**options(secure_server() | change))
        except psycopg.OperationalError as error:
            assert "password authentication failed for user" in str(error), error
        else:
            raise AssertionError(f"let in with {change}")


@scenario
def refuses_an_unknown_database():
    try:
        connect(database="no_such_database")
    except psycopg.OperationalError as error:
        assert 'database "no_such_database" does not exist' in str(error), error
    else:
        raise AssertionError("let in")


def tls(**more):
    return options(secure_server(), sslmode="verify-full", sslrootcert=os.environ["INTEROP_CA"], **more)


@scenario
def connects_by_tls():
    with psycopg.connect(**tls(channel_binding="require")) as connection:
        assert connection.pgconn.ssl_in_use
        equal(one(connection, "select count(*) from items"), 1000)
        equal(connection.execute(ITEMS).fetchall(), ITEM_ROWS)


@scenario
def connects_by_direct_tls():
    with psycopg.connect(**tls()) as connection:
        if connection.info.server_version < 170000:
            raise Skipped("direct TLS came with PostgreSQL 17")
    with psycopg.connect(**tls(sslnegotiation="direct")) as connection:
        equal(one(connection, "select count(*) from items"), 1000)


@scenario
def values_in_text():
    with connect() as connection:
        equal(connection.execute(ITEMS).fetchall(), ITEM_ROWS)
        equal(connection.execute(LEDGER).fetchall(), LEDGER_ROWS)


@scenario
def values_in_binary():
    with connect() as connection:
        equal(connection.execute(ITEMS, binary=True).fetchall(), ITEM_ROWS)
        equal(connection.execute(LEDGER, binary=True).fetchall(), LEDGER_ROWS)


@scenario
def describes_columns():
    with connect() as connection:
        for parameters in (None, ()):
            cursor = connection.execute(ITEMS, parameters)
            equal([column.name for column in cursor.description],
                  ["id", "name", "price", "in_stock", "added", "updated"])
            equal([column.type_code for column in cursor.description], [20, 25, 701, 16, 1082, 1114])
            cursor = connection.execute(LEDGER, parameters)
            equal([column.type_code for column in cursor.description],
                  [20, 23, 21, 1700, 700, 1184, 25, 17, 1009])
            equal((cursor.description[3].precision, cursor.description[3].scale), (12, 2))
            equal(cursor.statusmessage, "SELECT 3")


@scenario
def parameters_in_text_and_binary():
    with connect() as connection:
        for condition, value, count in CONDITIONS:
            for mark in ("%s", "%t", "%b"):
                query = f"select count(*) from {condition.format(mark)}"
                for binary in (False, True):
                    found = one(connection, query, (value,), binary=binary)
                    equal((query, found), (query, count))


@scenario
def parameters_without_a_context():
    with connect() as connection:
        equal(one(connection, "select %s", ("text",)), "text")
        equal(one(connection, "select %s::int8 + 1", ("41",)), 42)
        equal(one(connection, "select %s::text is null", (None,)), True)
        equal(one(connection, "select coalesce(name, %s) from items where id = %s", ("none", 3)), "item 3")
        equal(len(connection.execute("select id from items order by id limit %s", (7,)).fetchall()), 7)
        equal(one(connection, "select count(*) from items where id between %s and %s", (10, 19)), 10)
        equal(one(connection, "select count(*) from items where id in (%s, %s, %s)", (1, 2, 2000)), 2)


@scenario
def nulls():
    with connect() as connection:
        equal(one(connection, "select count(*) from items where price is null"), 142)
        equal(connection.execute("select null, sum(price) from items where id < 0").fetchall(), [(None, None)])
        equal(one(connection, "select count(*) from items where name = %s", (None,)), 0)


@scenario
def errors():
    with connect() as connection:
        for query, state, position in ERRORS:
            for parameters in (None, ()):
                try:
                    connection.execute(query, parameters)
                except psycopg.Error as error:
                    found = (query, error.sqlstate, error.diag.severity_nonlocalized)
                    equal(found, (query, state, "ERROR"))
                    at = error.diag.statement_position
                    equal((query, at), (query, str(position) if position else at))
                else:
                    raise AssertionError(f"no error: {query}")
                equal(connection.pgconn.transaction_status, IDLE)
                equal(one(connection, "select 1"), 1)


@scenario
def empty_query():
    with connect() as connection:
        for parameters in (None, ()):
            for query in ("", " ", "-- nothing\n", ";"):
                cursor = connection.execute(query, parameters)
                equal(cursor.pgresult.status, pq.ExecStatus.EMPTY_QUERY)


@scenario
def several_statements():
    with connect() as connection:
        cursor = connection.execute("select 1; ; select 'a;b' as x, 2; set application_name = 'y'; select 3")
        found = [cursor.statusmessage]
        values = [cursor.fetchall()]
        while cursor.nextset():
            found.append(cursor.statusmessage)
            values.append(cursor.fetchall() if cursor.description else None)
        equal(found, ["SELECT 1", "SELECT 1", "SET", "SELECT 1"])
        equal(values, [[(1,)], [("a;b", 2)], None, [(3,)]])
        try:
            connection.execute("select 1; select 1/0; select 2")
        except psycopg.Error as error:
            equal(error.sqlstate, "22012")
        try:
            connection.execute("select 1; select 2", ())
        except psycopg.Error as error:
            equal(error.sqlstate, "42601")
        equal(one(connection, "select 4"), 4)


@scenario
def prepared_statements():
    with connect() as connection:
        query = "select name from items where id = %s"
        for id in (1, 2, 3, 4):
            equal(one(connection, query, (id,), prepare=True), f"item {id}")
        name = b"mine"
        result = connection.pgconn.prepare(name, b"select price from items where id = $1 and name = $2")
        equal(result.status, pq.ExecStatus.COMMAND_OK)
        described = connection.pgconn.describe_prepared(name)
        equal([described.param_type(n) for n in range(described.nparams)], [20, 25])
        equal((described.fname(0), described.ftype(0)), (b"price", 701))
        for _ in range(3):
            result = connection.pgconn.exec_prepared(name, [b"4", b"item 4"])
            equal(result.get_value(0, 0), b"1")
        again = connection.pgconn.prepare(name, b"select 1")
        equal(again.error_field(pq.DiagnosticField.SQLSTATE), b"42P05")
        equal(connection.pgconn.close_prepared(name).status, pq.ExecStatus.COMMAND_OK)
        gone = connection.pgconn.exec_prepared(name, [b"4", b"item 4"])
        equal(gone.error_field(pq.DiagnosticField.SQLSTATE), b"26000")
        connection.execute("deallocate all")


@scenario
def pipeline():
    with connect() as connection:
        with connection.pipeline():
            cursors = [
                connection.execute("select name from items where id = %s", (id,)) for id in (1, 2, 3, 4, 6)
            ]
            equal([cursor.fetchone()[0] for cursor in cursors], [f"item {id}" for id in (1, 2, 3, 4, 6)])
        # The error may be heard before the last statement is sent.
        after = None
        try:
            with connection.pipeline():
                before = connection.execute("select 1")
                connection.execute("select * from nowhere")
                after = connection.execute("select 2")
        except psycopg.errors.UndefinedTable:
            pass
        equal(before.fetchone(), (1,))
        equal(after.pgresult.status if after and after.pgresult else None, None)
        equal(one(connection, "select 3"), 3)


@scenario
def streams_rows():
    with connect() as connection:
        seen = 0
        query = "select a.id, b.name from items a cross join items b where a.id <= 100"
        for row in connection.cursor().stream(query, size=500):
            seen += 1
        equal(seen, 100_000)


@scenario
def server_side_cursors():
    ids = "select id from items where id <= %s order by id"
    with connect(autocommit=False) as connection:
        with connection.cursor("forward") as cursor:
            cursor.execute(ids, (250,))
            equal(cursor.fetchone(), (1,))
            equal([row[0] for row in cursor.fetchmany(3)], [2, 3, 4])
            equal([column.name for column in cursor.description], ["id"])
            cursor.itersize = 100
            equal([row[0] for row in cursor], list(range(5, 251)))
        with connection.cursor("back", scrollable=True, binary=True) as cursor:
            cursor.execute(ids, (20,))
            cursor.scroll(10)
            equal(cursor.fetchone(), (11,))
            cursor.scroll(0, mode="absolute")
            equal(len(cursor.fetchall()), 20)
            cursor.scroll(-3)
            equal(cursor.fetchone(), (19,))
        with connection.cursor("held", withhold=True) as cursor:
            cursor.execute(ids, (300,))
            equal(cursor.fetchone(), (1,))
            connection.commit()
            equal(len(cursor.fetchall()), 299)
        with connection.cursor("gone") as cursor:
            cursor.execute(ids, (3,))
            connection.rollback()
            try:
                cursor.fetchone()
            except psycopg.errors.InvalidCursorName:
                connection.rollback()
            else:
                raise AssertionError("a cursor outlives its transaction")


@scenario
def statements_of_sql():
    with connect() as connection:
        connection.execute("prepare named (int) as select id, name from items where id = $1")
        equal(connection.execute("execute named (7)").fetchone()[0], 7)
        equal(connection.execute("execute named (3 + 4)", binary=True).fetchone()[0], 7)
        connection.execute("deallocate named")


@scenario
def copies_out():
    query = "select id, name, price from items where id <= 3 order by id"
    with connect() as connection, connection.cursor() as cursor:
        expected = cursor.execute(query).fetchall()
        with cursor.copy(f"copy ({query}) to stdout") as copy:
            copy.set_types(["int8", "text", "float8"])
            equal(list(copy.rows()), expected)
        with cursor.copy(f"copy ({query}) to stdout (format binary)") as copy:
            copy.set_types(["int8", "text", "float8"])
            equal(list(copy.rows()), expected)
        with cursor.copy(f"copy ({query}) to stdout (format csv, header)") as copy:
            lines = b"".join(copy).decode().splitlines()
            equal((lines[0], len(lines)), ("id,name,price", 4))
        with cursor.copy("copy items (name, id) to stdout") as copy:
            equal(sum(1 for _ in copy.rows()), 1000)
        for wrong, sqlstate in (("nowhere", "42P01"), ("items (nothing)", "42703")):
            try:
                with cursor.copy(f"copy {wrong} to stdout") as copy:
                    list(copy.rows())
            except psycopg.Error as error:
                equal(error.sqlstate, sqlstate)
            else:
                raise AssertionError("it cannot be copied")
        equal(one(connection, "select 1"), 1)


@scenario
def notifications():
    with connect() as listener, connect() as other:
        listener.execute("listen interop")
        other.execute("begin")
        for payload in ("a", "b", "a"):
            other.execute(f"notify interop, '{payload}'")
        other.execute("commit")
        other.execute("notify interop; notify elsewhere")
        heard = [(each.channel, each.payload, each.pid) for each in listener.notifies(timeout=10, stop_after=3)]
        pid = other.info.backend_pid
        equal(heard, [("interop", payload, pid) for payload in ("a", "b", "")])


@scenario
def cancel():
    with connect() as connection:
        watch, over = Stopwatch(), threading.Event()

        def canceller():
            while not over.wait(0.3):
                watch.mark()
                connection.cancel_safe()

        for parameters in (None, ()):
            over.clear()
            thread = threading.Thread(target=canceller)
            thread.start()
            try:
                connection.execute(ENDLESS, parameters)
            except psycopg.errors.QueryCanceled:
                watch.check()
            finally:
                over.set()
                thread.join()
            equal(one(connection, "select 1"), 1)


@scenario
def transactions():
    with connect() as connection:
        status = lambda: connection.pgconn.transaction_status
        equal((connection.execute("begin").statusmessage, status()), ("BEGIN", IN_BLOCK))
        equal(one(connection, "select 1"), 1)
        equal((connection.execute("commit").statusmessage, status()), ("COMMIT", IDLE))
        connection.execute("start transaction isolation level repeatable read, read only")
        equal(status(), IN_BLOCK)
        try:
            connection.execute("select * from nowhere")
        except psycopg.errors.UndefinedTable:
            equal(status(), FAILED)
        try:
            connection.execute("select 1")
        except psycopg.errors.InFailedSqlTransaction:
            pass
        else:
            raise AssertionError("a failed transaction takes commands")
        equal((connection.execute("commit").statusmessage, status()), ("ROLLBACK", IDLE))
        notices = []
        connection.add_notice_handler(lambda notice: notices.append(notice.sqlstate))
        equal((connection.execute("rollback").statusmessage, notices), ("ROLLBACK", ["25P01"]))
        connection.autocommit = False
        with connection.transaction():
            equal(one(connection, "select %s::int8", (1,)), 1)


@scenario
def settings():
    with connect() as connection:
        connection.execute("set application_name = 'other'")
        equal(one(connection, "show application_name"), "other")
        equal(connection.info.parameter_status("application_name"), "other")
        connection.execute("set statement_timeout to '1h'")
        equal(one(connection, "show statement_timeout"), "1h")
        equal(one(connection, "select current_setting('statement_timeout')"), "1h")
        connection.execute("reset statement_timeout")
        equal(one(connection, "show statement_timeout"), "0")
        for query, state in [("set nonesuch to 1", "42704"), ("show nonesuch", "42704"),
                             ("set statement_timeout to 'soon'", "22023")]:
            try:
                connection.execute(query)
            except psycopg.Error as error:
                equal((query, error.sqlstate), (query, state))
            else:
                raise AssertionError(f"no error: {query}")
        connection.execute("set time zone 'Europe/Berlin'")
        equal(connection.info.parameter_status("TimeZone"), "Europe/Berlin")
        result = connection.pgconn.exec_(b"select posted from ledger where id = 1")
        equal(result.get_value(0, 0), b"2024-03-01 13:00:00.123456+01")
        connection.execute("discard all")
        equal(connection.info.parameter_status("TimeZone"), "UTC")


@scenario
async def async_connection():
    async with await psycopg.AsyncConnection.connect(**options(server())) as connection:
        equal(await (await connection.execute(ITEMS, binary=True)).fetchall(), ITEM_ROWS)
        async with connection.pipeline():
            cursors = [await connection.execute("select %s::int8", (n,)) for n in range(20)]
        equal([(await cursor.fetchone())[0] for cursor in cursors], list(range(20)))


@scenario
async def a_hundred_connections():
    async def client(number):
        async with await psycopg.AsyncConnection.connect(**options(server())) as connection:
            for id in range(number, number + 10):
                cursor = await connection.execute("select id, price from items where id = %s", (id,))
                price = None if id % 7 == 0 else id % 400 * 0.25
                equal(await cursor.fetchall(), [(id, price)])

    await asyncio.gather(*(client(number) for number in range(1, 101)))


@scenario
def killed_in_mid_result():
    kill_in_mid_result()
    with connect() as connection:
        equal(one(connection, "select count(*) from items"), 1000)


def flood():
    with connect() as connection:
        for number, _ in enumerate(connection.cursor().stream(FLOOD, size=100)):
            if number == 10_000:
                print("reading", flush=True)


if __name__ == "__main__":
    main(flood)
