"""How handlers are called: how often, by whom, one at a time, and how they are stopped."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import subprocess
import sys
import threading
import time

import asyncpg
import psycopg
import pytest

import trunkline


class Counter:
    """A handler that counts its runs."""

    def __init__(self, describe=None):
        self.sql = []
        if describe is not None:
            self.describe = describe

    def query(self, query):
        self.sql.append(query.sql)
        if query.sql.startswith("insert"):
            return "INSERT 0 1"
        return [{"run": len(self.sql), "params": len(query.params)}]


def columns(query):
    return None if query.sql.startswith("insert") else [("run", "int8"), ("params", "int8")]


def test_psycopg_runs_a_statement_once(serve, connect):
    counter = Counter()
    connection = connect(serve(counter), prepare_threshold=0)
    assert connection.execute("select").fetchone() == (1, 0)
    assert connection.execute("select %s", (5,)).fetchone() == (2, 1)
    assert connection.execute("select %s", (5,)).fetchone() == (3, 1)
    connection.execute("insert", prepare=True)
    assert len(counter.sql) == 4


def test_asyncpg_runs_a_described_statement_once(serve):
    counter = Counter(columns)
    server = serve(counter)

    async def ask():
        connection = await asyncpg.connect(server.dsn)
        assert tuple(await connection.fetchrow("select")) == (1, 0)
        assert tuple(await connection.fetchrow("select $1", "x")) == (2, 1)
        assert await connection.execute("insert $1", "x") == "INSERT 0 1"
        statement = await connection.prepare("select")
        assert [attribute.name for attribute in statement.get_attributes()] == ["run", "params"]
        await connection.close()

    asyncio.run(ask())
    assert len(counter.sql) == 3


def test_what_nobody_describes_is_refused_with_the_fix(serve):
    counter = Counter()
    server = serve(counter)

    async def ask():
        connection = await asyncpg.connect(server.dsn)
        with pytest.raises(asyncpg.FeatureNotSupportedError) as told:
            await connection.fetch("select")
        assert "describe=" in told.value.hint and "columns=" in told.value.hint
        # What has no rows for sure needs no description.
        assert await connection.execute("insert into t values ($1)", "x") == "INSERT 0 1"
        await connection.close()

    asyncio.run(ask())
    assert counter.sql == ["insert into t values ($1)"]


@pytest.mark.parametrize("options, runs", [({"describe": "run"}, 4), ({"columns": [("run", "int8"), ("params", "int8")]}, 2)])
def test_columns_may_be_declared_or_found_by_running(options, runs, serve):
    counter = Counter()
    server = serve(counter, **options)

    async def ask():
        connection = await asyncpg.connect(server.dsn)
        assert (await connection.fetchrow("select"))["params"] == 0
        assert (await connection.fetchrow("select $1", "x"))["params"] == 1
        await connection.close()

    asyncio.run(ask())
    assert len(counter.sql) == runs


def test_a_description_that_is_not_kept_is_an_error(serve, connect):
    server = serve(lambda query: [{"a": "text"}], describe=lambda query: [("a", "int4")])
    with pytest.raises(psycopg.errors.InternalError_, match="a wrong value"):
        connect(server).execute("select %s", (1,))
    server = serve(lambda query: [{"a": 1, "b": 2}], describe=lambda query: [("a", "int4")])
    with pytest.raises(psycopg.errors.InternalError_):
        connect(server).execute("select %s", (1,))


def test_describe_may_say_the_types_of_parameters(serve, connect):
    server = serve(lambda query: [{"a": repr(query.params)}], describe=lambda query: ([("a", "text")], ["int4"]))
    result = connect(server).pgconn.exec_params(b"select $1", [b"7"])
    assert result.get_value(0, 0) == b"[7]"


def test_a_class_has_an_instance_for_each_connection(serve, connect):
    ended = threading.Semaphore(0)

    class Session:
        def connect(self, connection):
            self.seen = [connection.user]

        def query(self, query):
            self.seen.append(query.sql)
            return [{"seen": self.seen}]

        def disconnect(self, connection):
            ended.release()

    server = serve(Session)
    with connect(server) as one, connect(server) as two:
        assert one.execute("a").fetchone() == (["postgres", "a"],)
        assert two.execute("b").fetchone() == (["postgres", "b"],)
        assert one.execute("c").fetchone() == (["postgres", "a", "c"],)
    assert ended.acquire(timeout=20) and ended.acquire(timeout=20)


def test_connect_may_refuse(serve):
    class Session:
        def connect(self, connection):
            if connection.database != "mine":
                raise trunkline.Error("3D000", "no such database")

        def query(self, query):
            return [{"database": query.connection.database}]

    server = serve(Session)
    with pytest.raises(psycopg.OperationalError, match="no such database"):
        psycopg.connect(server.dsn)
    with psycopg.connect(server.dsn, dbname="mine") as connection:
        assert connection.execute("x").fetchone() == ("mine",)


def test_databases_are_those_that_are_named(serve):
    server = serve(lambda query: "OK", databases=["a", "b"])
    assert server.dsn.endswith("/a")
    psycopg.connect(server.dsn, dbname="b").close()
    with pytest.raises(psycopg.OperationalError, match='database "c" does not exist'):
        psycopg.connect(server.dsn, dbname="c")


def test_coroutines_run_on_the_loop_of_the_server(serve):
    async def main():
        loop = asyncio.get_running_loop()
        both = asyncio.Barrier(2) if hasattr(asyncio, "Barrier") else None

        async def handler(query):
            assert asyncio.get_running_loop() is loop
            if both is not None:
                await asyncio.wait_for(both.wait(), 20)
            return [{"p": query.params}]

        async with trunkline.Server(handler, "127.0.0.1:0", describe="run") as server:
            connections = [await psycopg.AsyncConnection.connect(server.dsn, autocommit=True) for _ in range(2)]
            answers = await asyncio.gather(*(connection.execute("x %s", (1,)) for connection in connections))
            assert [await answer.fetchone() for answer in answers] == [([1],), ([1],)]
            for connection in connections:
                await connection.close()

    asyncio.run(main())


def test_coroutines_run_without_a_loop_of_the_users(serve, connect):
    class Session:
        async def connect(self, connection):
            await asyncio.sleep(0)
            self.name = connection.user

        async def query(self, query):
            await asyncio.sleep(0)
            if query.sql == "fail":
                raise SystemExit(3)

            async def rows():
                for number in range(3):
                    await asyncio.sleep(0)
                    yield (number, self.name)

            return rows(), ["n", "name"]

    connection = connect(serve(Session))
    assert connection.execute("x").fetchall() == [(0, "postgres"), (1, "postgres"), (2, "postgres")]
    with pytest.raises(psycopg.errors.InternalError_, match="SystemExit"):
        connection.execute("fail")
    assert connection.execute("x").rowcount == 3


def test_thread_connection_keeps_each_connection_on_one_thread(serve, connect):
    import sqlite3

    class Session:
        def connect(self, connection):
            self.db = sqlite3.connect(":memory:")
            self.db.execute("create table t (n integer, s text)")

        def query(self, query):
            return self.db.execute(query.sql.replace("$", "?"), query.params)

    server = serve(Session, thread="connection")
    with connect(server) as one, connect(server) as two:
        assert one.execute("insert into t values (%s, %s)", (1, "x")).rowcount == 1
        assert one.execute("select * from t").fetchall() == [(1, "x")]
        assert two.execute("select * from t").fetchall() == []


def test_calls_of_one_connection_never_overlap(serve):
    busy = threading.Lock()
    overlaps = []

    def handler(query):
        if not busy.acquire(blocking=False):
            overlaps.append(query.sql)
        time.sleep(0.001)
        with contextlib.suppress(RuntimeError):
            busy.release()
        return [{"n": 1}]

    server = serve(handler)
    with psycopg.connect(server.dsn, autocommit=True) as connection, connection.pipeline():
        for _ in range(100):
            connection.execute("x")
    assert overlaps == []


def test_a_cancel_stops_python_code_and_coroutines(serve, connect):
    started, stopped = threading.Event(), []

    def spin(query):
        started.set()
        try:
            while True:
                pass
        except trunkline.errors.QueryCanceled as raised:
            stopped.append(raised.sqlstate)
            raise

    async def sleep(query):
        started.set()
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            stopped.append("coroutine")
            raise

    def wait(query):
        done = threading.Event()
        query.on_cancel(lambda: (stopped.append("callback"), done.set()))
        started.set()
        assert done.wait(600)

    def generate(query):
        started.set()
        while True:
            yield {"n": 1}

    for number, handler in enumerate((spin, sleep, wait, generate)):
        started.clear()
        connection = connect(serve(handler))
        thread = threading.Thread(target=lambda: (started.wait(20), connection.cancel_safe(timeout=20)))
        thread.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("x")
        thread.join()
        assert connection.info.transaction_status == 0
        assert len(stopped) == min(number + 1, 3)
    assert stopped == ["57014", "coroutine", "callback"]


def test_a_statement_timeout_stops_a_handler(serve, connect):
    def handler(query):
        while True:
            pass

    connection = connect(serve(handler, statement_timeout=0.1))
    with pytest.raises(psycopg.errors.QueryCanceled, match="statement timeout"):
        connection.execute("x")


def test_a_cancel_hits_no_later_statement(serve, connect):
    """What stops a thread is raised by its next step of Python, which a handler in C may not take any more."""
    answers = queue.SimpleQueue()

    class Session:
        def connect(self, connection):
            self.query = answers.get if connection.setting("application_name") == "waits" else self.answer

        def query(self, query):
            return self.answer(query)

        def answer(self, query):
            return [{"sum": sum(number for number in range(100))}]

    def ask(connection):
        with contextlib.suppress(psycopg.errors.QueryCanceled):
            connection.execute("x")

    server = serve(Session, threads=1)
    waits, later = connect(server, application_name="waits"), connect(server)
    for _ in range(10):
        asked = threading.Thread(target=ask, args=(waits,))
        asked.start()
        waits.cancel_safe(timeout=20)
        # It is interrupted by now, or is never: then this proves nothing, and breaks nothing.
        time.sleep(0.02)
        answers.put("DONE")
        asked.join()
        assert later.execute("x").fetchone() == (4950,)


def test_a_client_that_is_lost_ends_its_handler(serve, connect):
    started, ended = threading.Event(), threading.Event()

    def handler(query):
        started.set()
        try:
            while True:
                pass
        finally:
            ended.set()

    connection = connect(serve(handler))
    connection.pgconn.send_query(b"x")
    assert started.wait(20)
    connection.pgconn.finish()
    assert ended.wait(20)


def test_rows_come_when_they_are_made_and_stop_when_nobody_reads(serve, connect):
    made, go_on = [], threading.Event()

    def rows():
        yield (1,)
        go_on.wait(60)
        for number in range(2, 1_000_000):
            made.append(number)
            yield (number, )

    connection = connect(serve(lambda query: (rows(), ["n"])))
    with contextlib.closing(connection.cursor()) as cursor:
        stream = cursor.stream("x")
        assert next(stream) == (1,)
        go_on.set()
        assert next(stream) == (2,)
        time.sleep(0.3)
        assert len(made) < 900_000
        stream.close()


def test_transactions_cursors_and_copy_work_on_any_handler(serve, connect):
    connection = connect(serve(lambda query: [{"n": n, "s": "x"} for n in range(2500)]))
    with connection.transaction():
        connection.execute("declare c cursor for select n from t")
        assert connection.execute("fetch 2 from c").fetchall() == [(0, "x"), (1, "x")]
        assert connection.execute("move 2000 in c").rowcount == 2000
        assert connection.execute("fetch 1 from c").fetchone() == (2002, "x")
    with connection.cursor().copy("copy (select n from t) to stdout") as copy:
        assert sum(1 for _ in copy.rows()) == 2500
    with connection.cursor().copy("copy (select n from t) to stdout (format binary)") as copy:
        copy.set_types(["int8", "text"])
        assert list(copy.rows())[-1] == (2499, "x")
    with pytest.raises(psycopg.errors.InFailedSqlTransaction), connection.transaction():
        with contextlib.suppress(psycopg.Error):
            connection.execute("prepare p as select 1; execute nope")
        connection.execute("select")


FORK = """
import os, psycopg, trunkline
def handler(query):
    if query.sql == "fork":
        child = os.fork()
        if child == 0:
            return "CHILD"
        assert os.waitpid(child, 0)[1] != 0
    return [{"pid": os.getpid()}]
with trunkline.Server(handler, "127.0.0.1:0") as server:
    child = os.fork()
    if child == 0:
        try:
            server.notify("x")
        except RuntimeError as raised:
            os._exit(7 if "fork" in str(raised) else 8)
        os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        assert connection.execute("fork").fetchone() == (os.getpid(),)
        assert connection.execute("x").fetchone() == (os.getpid(),)
"""


def test_t30_a_fork_is_told_and_leaves_the_server_alone():
    subprocess.run([sys.executable, "-W", "ignore", "-c", FORK], check=True, timeout=60)
