"""Programs as riffq's users write them, by another import."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import gc
import multiprocessing
import runpy
import signal
import socket
import threading

import asyncpg
import psycopg
import pyarrow as pa
import pytest

import trunkline.compat.riffq as riffq
from trunkline.compat.riffq import testing
from trunkline.compat.riffq.helpers import to_arrow


class Connection(riffq.BaseConnection):
    seen: list = []

    def handle_auth(self, user, password, host, database=None, callback=callable):
        self.user = user
        if user == "told":
            return callback(False, "go away", sqlstate="28000")
        if user == "raises":
            raise ValueError("no")
        if user != "silent":
            callback(password == "secret")

    def handle_connect(self, ip, port, server_name=None, callback=callable):
        self.seen.append(("connect", self.conn_id, ip, port > 0))
        callback(self.user != "late")

    def handle_disconnect(self, ip, port, callback=callable):
        self.seen.append(("disconnect", self.conn_id))

    def handle_query(self, sql, callback=callable, **kwargs):
        args = kwargs.get("query_args")
        if sql == "later":
            self.executor.submit(self.send_reader, pa.table({"user": [self.user]}), callback)
        elif sql == "batch":
            self.send_reader(self.arrow_batch([pa.array([1]), pa.array(["x"])], ["a", "b"]), callback)
        elif sql == "capsule":
            callback(to_arrow([{"name": "d", "type": "date"}], [[datetime.date(2024, 1, 1)]]))
        elif sql == "ipc":
            table, sink = pa.table({"n": [1, 2]}), pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, table.schema) as writer:
                writer.write_table(table)
            callback(sink.getvalue().to_pybytes())
        elif sql == "tag":
            callback("INSERT 0 5", is_tag=True)
        elif sql == "error":
            callback(("ERROR", "42P01", "no such table"), is_error=True)
        elif sql == "raise":
            raise ValueError("oops")
        elif sql == "twice":
            callback(([{"name": "n", "type": "int"}], [[1]]))
            callback("IGNORED", is_tag=True)
        elif sql == "odd":
            callback(5)
        elif sql != "silent":
            columns = [{"name": "sql", "type": "str"}, {"name": "args", "type": "str"}, {"name": "n", "type": "int"}]
            callback((columns, [[sql, repr(args), 1]]))


@contextlib.contextmanager
def started(server):
    """A server of riffq's, started on a thread."""
    stopped = threading.Event()
    server.handle_shutdown(stopped.set)
    thread = threading.Thread(target=server.start, kwargs={"catalog_emulation": True})
    thread.start()
    inner = getattr(server, "_server", server)
    while inner._running is None or inner._running._running is None:
        assert thread.is_alive()
    try:
        yield f"host=127.0.0.1 port={inner.port} dbname=db"
    finally:
        server.stop()
        thread.join(20)
        assert stopped.is_set()


@pytest.fixture
def dsn():
    Connection.seen.clear()
    server = riffq.RiffqServer("127.0.0.1:0", Connection)
    server.register_database("db")
    server.register_table("db", "s", "t", [{"id": {"type": "int", "nullable": False}}, {"name": {"type": "str", "nullable": True}}])
    with started(server) as dsn:
        yield dsn


def test_answers_of_every_form(dsn):
    with psycopg.connect(dsn, user="ann", password="secret", autocommit=True) as connection:
        assert connection.execute("later").fetchone() == ("ann",)
        assert connection.execute("batch").fetchone() == (1, "x")
        assert connection.execute("capsule").fetchone() == (datetime.date(2024, 1, 1),)
        assert connection.execute("ipc").fetchall() == [(1,), (2,)]
        assert connection.execute("tag").statusmessage == "INSERT 0 5"
        assert connection.execute("twice").fetchone() == (1,)
        assert connection.execute("select 'AbC', %s, %s", (1, "x")).fetchone() == ("select 'AbC', $1, $2", "[1, 'x']", 1)
        with pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("error")
        for wrong in ("raise", "silent", "odd"):
            with pytest.raises(psycopg.errors.InternalError_):
                connection.execute(wrong)


def test_logins_and_ends(dsn):
    psycopg.connect(dsn, user="ann", password="secret").close()
    for user, password, told in (
        ("ann", "wrong", "Authentication failed"),
        ("told", "secret", "go away"),
        ("silent", "secret", "Authentication failed"),
        ("raises", "secret", "password authentication failed"),
        ("late", "secret", "Connection rejected|Authentication failed"),
    ):
        with pytest.raises(psycopg.OperationalError, match=told):
            psycopg.connect(dsn, user=user, password=password)
    psycopg.connect(dsn, user="ann", password="secret").close()
    numbers = [number for what, number, *_ in Connection.seen if what == "connect"]
    assert len(numbers) == len(set(numbers))
    assert ("connect", 0, "127.0.0.1", True) in Connection.seen


def test_what_is_registered_is_seen(dsn):
    with psycopg.connect(dsn, user="ann", password="secret") as connection:
        found = connection.execute("select column_name, data_type, is_nullable from information_schema.columns where table_schema = 's'")
        assert found.fetchall() == [("id", "bigint", "NO"), ("name", "text", "YES")]


def test_a_lazy_catalog_is_asked_again():
    class Source:
        tables = ["one"]

        def databases(self, callback):
            callback([{"oid": 1, "name": "db"}])

        def schemas(self, database, callback):
            callback([{"oid": 2, "name": "s"}])

        def relations(self, database, schema, callback):
            callback([{"oid": 3, "reltype_oid": 4, "name": name} for name in self.tables])

        def columns(self, database, schema, relation, callback):
            callback([{"name": "id", "type_oid": 23, "nullable": False}])

    server, source = riffq.Server("127.0.0.1:0"), Source()
    server.on_query(lambda sql, callback, **options: callback("OK", is_tag=True))
    server.set_lazy_catalog(source)
    names = "select relname, attname, format_type(atttypid, -1) from pg_class c join pg_attribute a on attrelid = c.oid where relnamespace = 's'::regnamespace and attnum > 0"
    with started(server) as dsn, psycopg.connect(dsn, user="me", autocommit=True) as connection:
        assert connection.execute(names).fetchall() == [("one", "id", "integer")]
        source.tables = ["two"]
        connection.execute("anything")
        assert connection.execute(names).fetchall() == [("two", "id", "integer")]


def test_asyncpg_is_told_the_columns():
    asked = []

    def query(sql, callback, **options):
        asked.append(options["do_describe"])
        callback(([{"name": "n", "type": "int"}], [] if options["do_describe"] else [[1]]))

    server = riffq.Server("127.0.0.1:0")
    server.on_query(query)

    async def ask(port):
        connection = await asyncpg.connect(host="127.0.0.1", port=port, user="me", database="db")
        assert await connection.fetchval("select $1::int", 5) == 1
        await connection.close()

    with started(server):
        asyncio.run(ask(server.port))
    assert asked == [True, False]


def test_what_is_not_safe_is_refused(tmp_path):
    with pytest.raises(RuntimeError):
        riffq.Server("127.0.0.1:0").start()
    server = riffq.RiffqServer("0.0.0.0:0", Connection)
    with pytest.raises(PermissionError):
        server.start()
    with pytest.raises(ValueError):
        riffq.RiffqServer("127.0.0.1:0", Connection).start(tls=True)
    with pytest.raises(OSError):
        server.set_tls(str(tmp_path / "no"), str(tmp_path / "no"))
    with pytest.raises(ValueError):
        server.register_table("db", "s", "t", [{"id": {"type": "int"}}])


def test_callbacks_that_nobody_calls_hold_no_thread():
    kept = []

    def query(sql, callback, **options):
        if sql == "keep":
            kept.append(callback)
        else:
            callback(([{"name": "n", "type": "int"}], [[1]]))

    server = riffq.Server("127.0.0.1:0")
    server.on_query(query)
    with started(server) as dsn, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(psycopg.connect(dsn, user="me", autocommit=True)) for _ in range(60)]
        threads = [threading.Thread(target=client.execute, args=("keep",)) for client in clients]
        for thread in threads:
            thread.start()
        while len(kept) < len(threads):
            assert all(thread.is_alive() for thread in threads)
        names = [thread.name for thread in threading.enumerate()]
        assert names.count("trunkline-handler") == 0
        with psycopg.connect(dsn, user="me", autocommit=True) as other:
            assert other.execute("x").fetchone() == (1,)
            other.execute("set statement_timeout = 100")
            with pytest.raises(psycopg.errors.QueryCanceled):
                other.execute("keep")
        kept.pop()("LATE", is_tag=True)
        while kept:
            kept.pop()("DONE", is_tag=True)
        for thread in threads:
            thread.join(20)
            assert not thread.is_alive()


def test_nothing_is_kept_of_who_is_refused():
    server = riffq.RiffqServer("127.0.0.1:0", Connection)
    with started(server) as dsn:
        for user in ("ann", "told", "silent", "raises") * 5:
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(dsn, user=user, password="wrong")
        psycopg.connect(dsn, user="ann", password="secret").close()
        with psycopg.connect(dsn, user="ann", password="secret") as connection:
            for _ in range(1000):
                connection.execute("batch")
                gc.collect()
                if len(server.connections) == 1:
                    break
            assert len(server.connections) == 1


def test_a_server_in_a_process_is_awaited_and_stopped(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = tmp_path / "program.py"
    program.write_text(
        f"""
import signal
import trunkline.compat.riffq as riffq
from trunkline.compat.riffq import testing

server = riffq.Server("127.0.0.1:{port}")
server.on_query(lambda sql, callback, **options: callback("OK", is_tag=True))
server.register_table("db", "s", "t", [{{"id": {{"type": "int", "nullable": False}}}}])
server.handle_shutdown(lambda: signal.pause())
server.start(catalog_emulation=True)
"""
    )
    process = multiprocessing.get_context("spawn").Process(target=runpy.run_path, args=(str(program),))
    process.start()
    count = "select count(*) from information_schema.tables where table_schema = 's'"
    try:
        assert 0 < testing.wait_for_catalog(port, "db", count, 1) < 30
        with pytest.raises(RuntimeError, match="was not 2 1 times; last: 1"):
            testing.wait_for_catalog(port, "db", count, 2, attempts=1)
    finally:
        # It does not end by itself: the program waits for a signal that never comes.
        testing.stop_server(process, grace=0.5)
    assert process.exitcode == -signal.SIGKILL
    with pytest.raises(RuntimeError, match="last: connection failed"):
        testing.wait_for_catalog(port, "db", count, 1, attempts=1)
