"""The server itself: where it listens, who comes in, what they see, how it ends."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import resource
import subprocess
import sys
import threading
import time

import psycopg
import pytest

import trunkline


def one(query):
    return [{"one": 1}]


def test_a_dsn_is_all_that_clients_need(trunkline_server):
    assert psycopg.connect(trunkline_server(one)).execute("x").fetchone() == (1,)


def test_it_listens_in_several_places(tmp_path, connect):
    places = ["127.0.0.1:0", f"{tmp_path}:5433", "localhost:0"]
    with trunkline.Server(one, places) as server:
        assert len(server.addresses) >= 3
        for host, port in server.addresses:
            with psycopg.connect(host=host, port=port, user="me", dbname="x") as connection:
                assert connection.execute("x").fetchone() == (1,)
    with trunkline.Server(one, str(tmp_path)) as server, psycopg.connect(server.dsn) as connection:
        assert connection.execute("x").fetchone() == (1,)
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_safe_or_not_there_is_refused(serve):
    with pytest.raises(PermissionError, match="insecure"):
        trunkline.Server(one, "0.0.0.0:0").start()
    with pytest.raises(OSError, match="HOST:PORT"):
        trunkline.Server(one, "nowhere").start()
    with pytest.raises(OSError, match="in use"):
        trunkline.Server(one, f"127.0.0.1:{serve(one).port}").start()
    for wrong in (5, object()):
        with pytest.raises(TypeError):
            trunkline.Server(wrong)
    with pytest.raises(ValueError):
        trunkline.Server(one, thread="mine")


def test_users_prove_themselves_by_scram(serve, connect):
    server = serve(one, users={"ann": "secret"})
    assert "secret" not in repr(server) + repr(vars(server)) + server.dsn
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(server, password="wrong")
    assert connect(server, password="secret").info.user == "ann"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(server, user="bob", password="secret")


def test_a_function_may_decide_who_comes_in(serve, connect, caplog):
    def decide(login):
        if login.user == "banned":
            raise trunkline.Error("28000", "you are banned")
        if login.user == "broken":
            raise ValueError("the database of users is down")
        return login.user == "ann" and login.password == "secret" or (None if login.user == "none" else False)

    async def decide_later(login):
        return decide(login)

    for how in (decide, decide_later):
        server = serve(one, authenticate=how, insecure=True)
        assert connect(server, user="ann", password="secret").execute("x").fetchone() == (1,)
        for user in ("bob", "broken", "none"):
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                connect(server, user=user, password="secret")
        with pytest.raises(psycopg.OperationalError, match="you are banned"):
            connect(server, user="banned", password="secret")
    with pytest.raises(psycopg.OperationalError, match="not asked for where others can read it"):
        connect(serve(one, authenticate=decide), user="ann", password="secret")


def test_tls_is_offered_required_and_read_again(serve, connect, certificate):
    server = serve(one, tls=certificate, require_tls=True)
    root = {"sslmode": "verify-full", "sslrootcert": str(certificate[0])}
    assert connect(server, **root).pgconn.ssl_in_use
    with pytest.raises(psycopg.OperationalError):
        connect(server, sslmode="disable")
    certificate[1].write_text("nonsense")
    with pytest.raises(OSError, match="cannot offer TLS"):
        server.reload()
    assert connect(server, **root).execute("x").fetchone() == (1,)
    with pytest.raises(OSError, match="cannot offer TLS"):
        serve(one, tls=certificate)


def test_a_connection_tells_who_asks(serve, connect):
    def handler(query):
        peer = query.connection
        peer.state["asked"] = peer.state.get("asked", 0) + 1
        return [{"user": peer.user, "db": peer.database, "id": peer.id, "zone": peer.setting("TimeZone"), "n": peer.state["asked"], "ip": peer.address[0], "tls": peer.encrypted}]

    connection = connect(serve(handler), user="ann", dbname="mine", options="-c TimeZone=UTC")
    pid = connection.execute("select pg_backend_pid()").fetchone()[0]
    assert connection.execute("x").fetchone() == ("ann", "mine", pid, "UTC", 1, "127.0.0.1", False)
    assert connection.execute("x").fetchone()[4] == 2


def test_notifications_go_to_those_who_listen(serve, connect):
    server = serve(lambda query: query.connection.notify("news", query.sql) or "DONE")
    listener, speaker = connect(server), connect(server)
    listener.execute("listen news")
    assert server.notify("news", "from outside") == 1
    speaker.execute("from a handler")
    heard = [said.payload for said in listener.notifies(timeout=20, stop_after=2)]
    assert heard == ["from outside", "from a handler"]
    with pytest.raises(trunkline.errors.DataException):
        server.notify("", "x")


def catalog():
    tables = trunkline.Catalog()
    tables.table("author", [("id", "int4"), ("name", "varchar(20)")], primary_key=["id"], comment="who writes", unique=[["name"]])
    tables.table(
        "book",
        [("id", "int8"), ("author", "int4"), ("price", "numeric(8,2)")],
        not_null=["author"],
        foreign_keys=[(["author"], "public", "author", ["id"])],
        comments={"price": "in euros"},
        rows=7,
    )
    return tables


def test_clients_see_what_is_registered(serve, connect):
    tables = catalog()
    assert tables.define("create schema s; create view s.v as select 1 as one; create type t as enum ('a')") == []
    assert tables.tables() == [("public", "author"), ("public", "book"), ("s", "v")]
    connection = connect(serve(one, catalog=tables))
    described = connection.execute(
        "select attname, format_type(atttypid, atttypmod), attnotnull, col_description(attrelid, attnum)"
        " from pg_attribute where attrelid = 'book'::regclass and attnum > 0"
    ).fetchall()
    assert described == [("id", "bigint", False, None), ("author", "integer", True, None), ("price", "numeric(8,2)", False, "in euros")]
    keys = connection.execute("select conname, pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace and contype in ('p', 'u', 'f') order by 1").fetchall()
    assert keys == [
        ("author_name_key", "UNIQUE (name)"),
        ("author_pkey", "PRIMARY KEY (id)"),
        ("book_author_fkey", "FOREIGN KEY (author) REFERENCES author(id)"),
    ]
    # What comes and goes is seen by the next query.
    tables.table("later", ["a"])
    assert tables.drop("book") and not tables.drop("book")
    names = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1"
    assert connection.execute(names).fetchall() == [("author",), ("later",)]
    for wrong in (dict(primary_key=["x"]), dict(comments={"x": "y"}), dict(not_null=["x"])):
        with pytest.raises(ValueError, match='column "x" does not exist'):
            tables.table("wrong", ["a"], **wrong)


def test_a_catalog_may_be_told_by_a_function_once(serve, connect):
    asked = []

    def tell(database):
        asked.append(database)
        if database == "broken":
            raise ValueError("no catalog")
        tables = trunkline.Catalog()
        tables.table(f"{database}_{len(asked)}", ["a"])
        return tables

    server = serve(one, catalog=tell)
    names = "select tablename from pg_tables where schemaname = 'public'"
    connection = connect(server, dbname="a")
    for _ in range(3):
        assert connection.execute(names).fetchall() == [("a_1",)]
    server.refresh()
    assert connection.execute(names).fetchall() == [("a_2",)]
    assert connect(server, dbname="b").execute(names).fetchall() == [("b_3",)]
    with pytest.raises(psycopg.errors.InternalError_, match="no catalog"):
        connect(server, dbname="broken").execute(names)
    each = serve(one, catalog={"a": catalog()})
    assert connect(each, dbname="a").execute(names).rowcount == 2
    assert connect(each, dbname="b").execute(names).rowcount == 0


def test_it_stops_from_anywhere_and_starts_again(connect):
    server = trunkline.Server(one, "127.0.0.1:0")
    for _ in range(3):
        with server, psycopg.connect(server.dsn) as connection:
            assert connection.execute("x").fetchone() == (1,)
        with pytest.raises(RuntimeError):
            server.dsn
        server.stop()
        assert server.wait(0)
    thread = threading.Thread(target=server.start().stop)
    thread.start()
    thread.join(20)
    assert server.wait(20)

    # A handler may stop its own server: it does not wait for itself.
    own = trunkline.Server(lambda query: own.stop() or "STOPPED", "127.0.0.1:0", drain_timeout=10).start()
    connection = psycopg.connect(own.dsn, autocommit=True)
    assert connection.execute("x").statusmessage == "STOPPED"
    assert own.wait(20)
    with pytest.raises(psycopg.OperationalError):
        connection.execute("x")


def test_a_server_that_nobody_stops_does_not_hold_the_program():
    program = "import trunkline; server = trunkline.Server(lambda query: 'X', '127.0.0.1:0').start(); print(server.port)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    assert ended.returncode == 0 and ended.stderr == "" and int(ended.stdout) > 0


def test_t30_handlers_that_spin_or_sleep_delay_nobody_else(serve, connect):
    stop = threading.Event()

    def handler(query):
        if query.sql == "spin":
            while not stop.is_set():
                pass
        elif query.sql == "sleep":
            stop.wait(60)
        return [{"done": query.sql}]

    server = serve(handler, threads=8)
    busy = []
    for sql in ("spin", "sleep"):
        thread = threading.Thread(target=lambda sql=sql: connect(server).execute(sql))
        thread.start()
        busy.append(thread)
    # Each login, each answer of the server's own and each handler's, from a process of its own.
    program = (
        "import sys, psycopg\n"
        "for _ in range(20):\n"
        "    with psycopg.connect(sys.argv[1], autocommit=True) as connection:\n"
        "        connection.execute('select version()')\n"
        "        assert connection.execute('mine').fetchone() == ('mine',)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, server.dsn], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    stop.set()
    for thread in busy:
        thread.join(20)


def test_t30_more_calls_than_can_wait_are_refused(serve, connect):
    stop, started = threading.Event(), threading.Semaphore(0)

    def handler(query):
        started.release()
        assert stop.wait(60)
        return [{"n": 1}]

    server = serve(handler, threads=1, waiting=1)
    outcomes = []

    def ask():
        try:
            outcomes.append(connect(server).execute("x").fetchone())
        except psycopg.Error as told:
            outcomes.append(told.sqlstate)

    first = threading.Thread(target=ask)
    first.start()
    assert started.acquire(timeout=20)
    others = [threading.Thread(target=ask) for _ in range(4)]
    for thread in others:
        thread.start()
    while len(outcomes) < 3:
        time.sleep(0.01)
    stop.set()
    for thread in [first, *others]:
        thread.join(20)
    assert sorted(map(str, outcomes)) == ["(1,)", "(1,)", "53400", "53400", "53400"]


def test_t30_a_hundred_clients_at_once(serve):
    server = serve(lambda query: [{"p": query.params[0]}])

    async def one_client(number):
        async with await psycopg.AsyncConnection.connect(server.dsn, autocommit=True) as connection:
            for turn in range(5):
                cursor = await connection.execute("x %s", (number * 10 + turn,))
                assert await cursor.fetchone() == (number * 10 + turn,)

    async def all_clients():
        await asyncio.gather(*(one_client(number) for number in range(97)))

    asyncio.run(all_clients())


def test_t30_queries_leak_nothing(serve, connect):
    class Session:
        def query(self, query):
            if query.sql == "fail":
                raise ValueError("x")
            return ((number,) for number in range(3)), [("n", "int4")]

    logging.getLogger("trunkline").setLevel(logging.CRITICAL)
    connection = connect(serve(Session))

    def ask(times):
        for _ in range(times):
            with connection.pipeline():
                for _ in range(50):
                    connection.execute("x %s", (1,))
            with pytest.raises(psycopg.Error):
                connection.execute("fail")
        gc.collect()
        return len(gc.get_objects()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    ask(40)
    objects, memory = ask(40)
    later, peak = ask(400)
    logging.getLogger("trunkline").setLevel(logging.NOTSET)
    assert later - objects < 500
    assert peak - memory < 4096, "KiB"


def test_a_client_that_does_not_read_costs_little(serve, connect):
    made = []

    def rows():
        for number in range(10_000_000):
            made.append(number)
            if len(made) > 2_000_000:
                raise AssertionError("nobody reads this")
            yield (number, "x" * 50)

    for simple in (True, False):
        made.clear()
        connection = connect(serve(lambda query: (rows(), ["n", "s"])))
        if simple:
            connection.pgconn.send_query(b"x")
        else:
            connection.pgconn.send_query_params(b"x", None)
        before = -1
        while before != len(made):
            before = len(made)
            time.sleep(0.2)
        # What the system's buffers hold, and a few thousand rows here.
        assert len(made) < 200_000
        connection.pgconn.finish()


def test_the_codec_is_imported_without_the_server():
    program = "import sys, trunkline.protocol; assert not {'trunkline._server', 'asyncio', 'trunkline._tasks'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30, env=os.environ)
