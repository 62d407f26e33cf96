"""COPY FROM into a handler, and NOTIFY."""

from __future__ import annotations

import asyncio
import datetime
import socket
import subprocess
import threading
from decimal import Decimal

import asyncpg
import psycopg
import pytest

import trunkline

COLUMNS = [("id", "int4"), ("name", "text"), ("price", "numeric"), ("day", "date"), ("tags", "text[]")]
ROWS = [
    (1, "ann", Decimal("1.50"), datetime.date(2024, 2, 29), ["a", "b\tc"]),
    (2, 'back\\slash, "quote"\nline', None, None, []),
    (3, None, Decimal("NaN"), datetime.date(1999, 12, 31), ["ü", None]),
]


@pytest.fixture
def catalog():
    catalog = trunkline.Catalog()
    catalog.table("t", COLUMNS)
    return catalog


class Taking:
    """Keeps what it is sent, once all of it is there."""

    def __init__(self):
        self.kept = []
        self.raised = None
        self.ended = threading.Event()

    def copy_in(self, copy):
        rows = []
        try:
            for row in copy:
                rows.append(row)
        except BaseException as raised:
            self.raised = raised
            raise
        finally:
            self.ended.set()
        self.kept += rows

    def query(self, query):
        return self.kept, COLUMNS


class TakingLater(Taking):
    async def copy_in(self, copy):
        try:
            rows = [row async for row in copy]
        except BaseException as raised:
            self.raised = raised
            raise
        finally:
            self.ended.set()
        self.kept += rows


@pytest.fixture(params=[Taking, TakingLater])
def taking(request):
    return request.param()


def fill(connection, sql, rows):
    cursor = connection.cursor()
    with cursor.copy(sql) as copy:
        for row in rows:
            copy.write_row(row)
    return cursor.statusmessage


@pytest.mark.parametrize("form", ["format text", "format csv", "format binary"])
def test_rows_are_those_that_postgresql_takes(serve, connect, catalog, postgres, taking, form):
    connection = connect(serve(taking, catalog=catalog))
    with postgres.transaction(force_rollback=True):
        postgres.execute("create temporary table t (id int4, name text, price numeric, day date, tags text[])")
        for one in (connection, postgres):
            copied = psycopg.Cursor(one)
            with copied.copy(f"copy t from stdin ({form})") as copy:
                if form == "format csv":
                    copy.write('1,"a,b",1.5,2024-01-01,{x}\n2,"",,,{}\n')
                    continue
                copy.set_types([ty for _, ty in COLUMNS])
                for row in ROWS:
                    copy.write_row(row)
            assert copied.statusmessage == "COPY 3"
        expected = postgres.execute("select * from t order by id").fetchall()
    assert repr(taking.kept) == repr(expected)
    assert repr(connection.execute("select").fetchall()) == repr(expected)


def test_some_columns_in_another_order(serve, connect, catalog):
    taking = Taking()
    connection = connect(serve(taking, catalog=catalog))
    assert fill(connection, "copy public.t (day, id) from stdin", [("2024-01-01", "7")]) == "COPY 1"
    assert taking.kept == [(datetime.date(2024, 1, 1), 7)]
    with pytest.raises(psycopg.errors.UndefinedColumn, match='column "x" of relation "t" does not exist'):
        fill(connection, "copy t (id, x) from stdin", [])


def test_what_no_catalog_knows_is_text_or_what_the_handler_declares(serve, connect):
    seen = []

    class Declaring(Taking):
        def copy_in(self, copy):
            seen.append((copy.schema, copy.table, copy.columns, copy.connection.user))
            if copy.table == "typed":
                copy.declare([("a", "int8"), "b"])
            super().copy_in(copy)
            return 100 + len(self.kept)

    taking = Declaring()
    connection = connect(serve(taking))
    assert fill(connection, "copy s.some (a, b) from stdin", [("1", None)]) == "COPY 101"
    assert fill(connection, "copy typed from stdin", [("2", "x")]) == "COPY 102"
    assert taking.kept == [("1", None), (2, "x")]
    assert seen == [("s", "some", None, "postgres"), (None, "typed", None, "postgres")]
    with pytest.raises(psycopg.errors.UndefinedTable, match='relation "other" does not exist'):
        fill(connection, "copy other from stdin", [])
    with pytest.raises(psycopg.errors.InternalError_, match="the client sends the columns x"):
        fill(connection, "copy typed (x) from stdin", [])
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="WHERE"):
        fill(connection, "copy typed from stdin where a > 1", [])


def test_what_is_wrong_leaves_nothing(serve, connect, catalog, taking):
    connection = connect(serve(taking, catalog=catalog))
    with pytest.raises(psycopg.errors.InvalidTextRepresentation) as wrong:
        with connection.cursor().copy("copy t (id) from stdin") as copy:
            copy.write(b"1\n2\nx\n")
    assert wrong.value.diag.context == 'COPY t, line 3, column id: "x"'
    assert taking.ended.wait(10)
    assert isinstance(taking.raised, (trunkline.errors.QueryCanceled, asyncio.CancelledError))
    taking.ended.clear()
    with pytest.raises(ValueError, match="thinks again"):
        with connection.cursor().copy("copy t (id) from stdin") as copy:
            copy.write(b"1\n")
            raise ValueError("the client thinks again")
    assert taking.ended.wait(10)
    taking.ended.clear()
    # The same connection goes on.
    assert fill(connection, "copy t (id) from stdin", [(1,)]) == "COPY 1"
    assert taking.kept == [(1,)]


def test_a_client_that_is_lost_ends_the_handler(serve, connect, catalog, taking):
    server = serve(taking, catalog=catalog)
    connection = connect(server)
    copy = connection.cursor().copy("copy t (id) from stdin")
    copy.__enter__().write(b"1\n")
    with socket.socket(fileno=connection.pgconn.socket) as raw:
        raw.shutdown(socket.SHUT_RDWR)
        assert taking.ended.wait(10)
        raw.detach()
    assert taking.kept == []
    assert connect(server).execute("select").fetchall() == []


def test_a_handler_says_what_is_wrong_at_any_row(serve, connect):
    class Refusing(Taking):
        def copy_in(self, copy):
            copy.declare(["a"])
            if copy.table == "early":
                raise trunkline.Error("42501", "permission denied for table early")
            for row in copy:
                if row == ("bad",):
                    raise trunkline.Error("23514", "a bad row")
                if row == ("enough",):
                    return

    connection = connect(serve(Refusing()))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        fill(connection, "copy early from stdin", [("x",)])
    with pytest.raises(psycopg.errors.CheckViolation, match="a bad row"):
        fill(connection, "copy t from stdin", [("good",), ("bad",)] + [("x" * 1000,)] * 1000)
    with pytest.raises(psycopg.errors.InternalError_, match="returned before the last row"):
        fill(connection, "copy t from stdin", [("enough",)] + [("x" * 1000,)] * 1000)
    assert fill(connection, "copy t from stdin", [("good",)]) == "COPY 1"
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="COPY FROM is not supported"):
        fill(connect(serve(lambda query: None)), "copy t from stdin", [])


def test_a_handler_that_is_slow_slows_its_client_down(serve, connect):
    allowed, taken = threading.Semaphore(0), []

    class Slow(Taking):
        def copy_in(self, copy):
            copy.declare(["a"])
            for row in copy:
                allowed.acquire()
                taken.append(row)

    server = serve(Slow())
    connection = connect(server)
    sent = 0

    def send():
        nonlocal sent
        with connection.cursor().copy("copy t from stdin") as copy:
            for _ in range(20_000):
                copy.write(b"x" * 999 + b"\n")
                sent += 1

    sending = threading.Thread(target=send)
    sending.start()
    # Others are served meanwhile, however many copy.
    others = [connect(server) for _ in range(8)]
    copies = [other.cursor().copy("copy t from stdin") for other in others]
    for copy in copies:
        copy.__enter__()
    assert connect(server).execute("select").fetchall() == []
    sending.join(1)
    assert sending.is_alive() and sent < 15_000, "20 MB are not held for a handler that takes no row"
    allowed.release(30_000)
    sending.join(60)
    assert len(taken) == 20_000
    for copy in copies:
        copy.__exit__(None, None, None)


def test_asyncpg_and_psql_copy(serve, catalog, tmp_path):
    taking = Taking()
    # asyncpg asks for the types of the columns first.
    server = serve(taking, catalog=catalog, describe=lambda query: COLUMNS[:2])

    async def copy():
        connection = await asyncpg.connect(server.dsn)
        try:
            return await connection.copy_records_to_table("t", records=[(1, "a")], columns=["id", "name"])
        finally:
            await connection.close()

    assert asyncio.run(copy()) == "COPY 1"
    file = tmp_path / "rows.csv"
    file.write_text("2,b\n")
    done = subprocess.run(["psql", "-X", server.dsn, "-c", rf"\copy t (id, name) from '{file}' csv"], capture_output=True, text=True, timeout=30)
    assert (done.stdout, done.stderr) == ("COPY 1\n", "")
    assert taking.kept == [(1, "a"), (2, "b")]


def test_notify_is_heard_and_may_be_refused(serve, connect):
    heard = []

    class Hearing(Taking):
        def notify(self, channel, payload):
            if channel == "secret":
                raise trunkline.Error("42501", "nobody may say that")
            heard.append((channel, payload))

    server = serve(Hearing())
    listener, speaker = connect(server), connect(server)
    listener.execute("listen c; listen secret")
    speaker.execute("notify c, 'hello'; notify c")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        speaker.execute("notify secret, 'x'")
    assert heard == [("c", "hello"), ("c", "")]
    told = [(said.channel, said.payload) for said in listener.notifies(timeout=10, stop_after=2)]
    assert told == heard
