"""Handlers that do not do what they should: each of these held up a client, or all of them, or the server for good."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import asyncpg
import psycopg
import pytest

import trunkline


@pytest.mark.parametrize("kind", ["coroutine", "rows"])
def test_an_exit_within_an_asynchronous_iterator_ends_its_query_alone(kind, serve, connect, caplog):
    async def rows():
        yield (1,)
        raise SystemExit(3)

    async def coroutine():
        raise SystemExit(3)

    def handler(query):
        if query.sql == "x":
            return [{"n": 1}]
        return coroutine() if kind == "coroutine" else (rows(), ["n"])

    connection = connect(serve(handler))
    for _ in range(2):
        with pytest.raises(psycopg.errors.InternalError_, match="SystemExit"):
            connection.execute("exit")
    assert connection.execute("x").fetchone() == (1,)


def test_code_that_catches_its_interrupt_is_interrupted_again(serve, connect):
    caught, ended = [], threading.Event()

    def handler(query):
        if query.sql != "spin":
            return [{"n": 1}]
        try:
            while True:
                try:
                    while True:
                        time.sleep(0.001)
                except trunkline.errors.QueryCanceled:
                    caught.append(time.monotonic())
                    if len(caught) > 1:
                        raise
        finally:
            ended.set()

    connection = connect(serve(handler))
    connection.execute("set statement_timeout = 100")
    with pytest.raises(psycopg.errors.QueryCanceled):
        connection.execute("spin")
    # By then its client is told, whether it has ended or not.
    assert len(caught) >= 1
    assert ended.wait(20)
    assert connection.execute("x").fetchone() == (1,)


def test_a_client_is_told_though_its_handler_never_ends(serve, connect):
    go_on = threading.Event()

    def handler(query):
        if query.sql == "hang":
            # No interrupt comes through to a thread that waits without a step of Python's.
            go_on.wait()
        return [{"n": 1}]

    server = serve(handler, max_connections=1)
    connection = connect(server)
    connection.execute("set statement_timeout = 100")
    try:
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("hang")
        connection.close()
        # Its place is free.
        other = connect(server)
        assert other.execute("x").fetchone() == (1,)
    finally:
        go_on.set()


def test_slow_handlers_delay_no_login_and_no_catalog(connect, serve):
    go_on, running = threading.Event(), threading.Semaphore(0)

    class Handler:
        def __init__(self):
            self.opened = True

        def query(self, query):
            if query.sql == "hang":
                running.release()
                go_on.wait(60)
            return [{"n": 1}]

    def catalog(database):
        made = trunkline.Catalog()
        made.table("seen", [("id", "int4")])
        return made

    server = serve(Handler, threads=1, waiting=1, catalog=catalog, authenticate=lambda login: True, insecure=True)
    hanging = [connect(server, password="x") for _ in range(2)]
    threads = [threading.Thread(target=one.execute, args=("hang",)) for one in hanging]
    try:
        for thread in threads:
            thread.start()
        assert running.acquire(timeout=20)
        other = connect(server, password="x")
        assert other.execute("select relname from pg_class where relname = 'seen'").fetchone() == ("seen",)
        other.close()
    finally:
        go_on.set()
        for thread in threads:
            thread.join(20)


def test_disconnect_is_told_however_many_wait(connect, serve):
    go_on, refused, told = threading.Event(), threading.Event(), threading.Event()

    class Handler:
        def query(self, query):
            go_on.wait(60)
            return [{"n": 1}]

        def disconnect(self, connection):
            told.set()

    def ask(one):
        try:
            one.execute("hang")
        except psycopg.errors.ConfigurationLimitExceeded:
            refused.set()

    server = serve(Handler, threads=1, waiting=1)
    leaving, *asking = [connect(server) for _ in range(7)]
    threads = [threading.Thread(target=ask, args=(one,)) for one in asking]
    for thread in threads:
        thread.start()
    try:
        # Full: one runs, and one waits.
        assert refused.wait(20)
        leaving.close()
    finally:
        go_on.set()
        for thread in threads:
            thread.join(20)
    assert told.wait(20)


def test_a_transaction_ends_before_its_connection(serve, connect):
    heard = []
    gone = threading.Event()

    class Handler:
        def query(self, query):
            return [{"n": 1}]

        def transaction(self, what):
            heard.append(what)

        def disconnect(self, connection):
            heard.append("disconnect")
            gone.set()

    connection = psycopg.connect(serve(Handler).dsn)
    connection.execute("x")
    connection.close()
    assert gone.wait(20)
    assert heard == ["begin", "rollback", "disconnect"]


def test_a_catalog_is_asked_by_one_and_not_forgotten_too_early(serve, connect):
    asked, go_on = [], threading.Event()

    def catalog(database):
        asked.append(f"t{len(asked)}")
        made = trunkline.Catalog()
        made.table(asked[-1], [("id", "int4")])
        if len(asked) == 1:
            go_on.wait(20)
        return made

    server = serve(lambda query: [{"n": 1}], catalog=catalog)
    names = "select relname from pg_class where relname ~ '^t[0-9]'"
    clients = [connect(server) for _ in range(5)]
    found = []
    threads = [threading.Thread(target=lambda one=one: found.append(one.execute(names).fetchone())) for one in clients[:4]]
    for thread in threads:
        thread.start()
    while not asked:
        time.sleep(0.001)
    # What is being told is older than this.
    server.refresh()
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert clients[4].execute(names).fetchone() == ("t1",)
    assert len(asked) == 2
    assert len(found) == 4 and set(found) <= {("t0",), ("t1",)}


def test_rows_that_were_announced_as_none_are_an_error(serve):
    def handler(query):
        return [{"n": 1}]

    async def ask(dsn):
        connection = await asyncpg.connect(dsn)
        with pytest.raises(asyncpg.InternalServerError, match="announced without rows"):
            await connection.fetch("insert into t values ($1)", "x")
        assert await connection.fetchval("show server_version_num")
        await connection.close()

    asyncio.run(ask(serve(handler).dsn))


@pytest.mark.parametrize(
    "rows, told",
    [
        ([("abc",)], 'column "n", of type integer, a wrong value: invalid input syntax for type integer: "abc"'),
        ([(2**40,)], "integer out of range"),
        (iter([(1,)] * 2000 + [(1.5,)]), "a wrong value"),
        ([{1, 2}], "a row is a tuple, a list or a dict, not <class 'set'>"),
        ([b"a"], "a row is a tuple, a list or a dict, not <class 'bytes'>"),
        ([5], "a row is a tuple, a list or a dict, not <class 'int'>"),
    ],
)
def test_wrong_rows_are_the_handlers_mistake(rows, told, serve, connect, caplog):
    connection = connect(serve(lambda query: (rows, [("n", "int4")])))
    with pytest.raises(psycopg.errors.InternalError_) as raised:
        connection.execute("x")
    assert told in str(raised.value)
    until = time.monotonic() + 20
    while not any(told in record.getMessage() or told in str(record.exc_info) for record in caplog.records):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_lists_within_themselves_and_names_with_nul_are_refused(serve, connect):
    own = []
    own.append(own)
    answers = {"own": [{"n": own}], "nul": [{"a\0b": 1}], "columns": ([(1,)], ["a\0b"])}
    connection = connect(serve(lambda query: answers[query.sql]))
    for name, told in (("own", "[Cc]ircular"), ("nul", "NUL"), ("columns", "NUL")):
        with pytest.raises(psycopg.errors.InternalError_, match=told):
            connection.execute(name)


def test_records_of_arrow_are_not_null(serve, connect):
    import pyarrow as pa

    records = pa.array([{"n": 1}, None])
    connection = connect(serve(lambda query: records))
    with pytest.raises(psycopg.errors.InternalError_, match="none of them NULL"):
        connection.execute("x")


@pytest.mark.parametrize("kind", ["coroutine", "rows", "steps"])
def test_a_fork_within_a_handler_does_not_answer_its_client(kind, tmp_path):
    program = tmp_path / "forks.py"
    program.write_text(
        f"""
import os, psycopg, trunkline

def rows():
    for n in range(3):
        if n == 1:
            child = os.fork()
            if child:
                assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 70
        yield (n,)

async def steps():
    for row in rows():
        yield row

async def coroutine():
    return list(rows()), ["n"]

answers = {{"coroutine": coroutine, "rows": lambda: (rows(), ["n"]), "steps": lambda: (steps(), ["n"])}}

with trunkline.Server(lambda query: answers["{kind}"](), "127.0.0.1:0") as server:
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        assert connection.execute("x").fetchall() == [(0,), (1,), (2,)]
        print("whole", flush=True)
"""
    )
    ended = subprocess.run([sys.executable, "-W", "ignore", str(program)], capture_output=True, text=True, timeout=60)
    assert ended.stdout == "whole\n", ended.stderr


def test_the_second_signal_does_not_wait_for_clients(tmp_path):
    (tmp_path / "app.py").write_text(
        """
import threading

def handler(query):
    print("running", flush=True)
    threading.Event().wait(60)
"""
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "trunkline", "app:handler", "--listen", f"127.0.0.1:{port}"]
    program = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    try:
        dsn = program.stdout.readline().split("'")[1]
        connection = psycopg.connect(dsn, autocommit=True)

        def ask():
            with pytest.raises(psycopg.Error):
                connection.execute("hang")

        asking = threading.Thread(target=ask)
        asking.start()
        assert program.stdout.readline() == "running\n"
        program.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            program.wait(1)
        program.send_signal(signal.SIGINT)
        program.wait(20)
        asking.join(20)
    finally:
        program.kill()
        program.wait()
        program.stdout.close()


def test_a_program_that_is_broken_for_a_while_is_started_when_it_is_mended(tmp_path):
    app = tmp_path / "app.py"
    app.write_text("def handler(query:\n")
    words = [sys.executable, "-m", "trunkline", "app:handler", "--listen", "127.0.0.1:0", "--reload"]
    program = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        while "SyntaxError" not in (line := program.stderr.readline()):
            assert line
        for number in range(2):
            app.write_text(f"def handler(query):\n    return [{{'n': {number}}}]\n# {'-' * number}\n")
            dsn = program.stdout.readline().split("'")[1]
            with psycopg.connect(dsn) as connection:
                assert connection.execute("x").fetchone() == (number,)
    finally:
        program.kill()
        program.wait()
        program.stdout.close()
        program.stderr.close()


@pytest.mark.parametrize(
    "options, raised",
    [
        ({"listen": []}, ValueError),
        ({"databases": "one"}, TypeError),
        ({"databases": []}, ValueError),
        ({"users": {}}, ValueError),
        ({"describe": 5}, TypeError),
        ({"authenticate": 5}, TypeError),
        ({"client_ca": "ca.pem"}, ValueError),
        ({"ident": "m a b"}, ValueError),
        ({"threads": 0}, ValueError),
        ({"waiting": 0}, ValueError),
        ({"max_message": 0}, ValueError),
        ({"max_connections": -1}, ValueError),
    ],
)
def test_wrong_arguments_are_refused(options, raised):
    with pytest.raises(raised):
        trunkline.Server(lambda query: None, **{"listen": "127.0.0.1:0", **options})


def test_the_commands_wrong_numbers_are_refused():
    words = [sys.executable, "-m", "trunkline", "duckdb", "--listen", "127.0.0.1:0", "--max-connections", "-1"]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (1, "trunkline: max_connections is at least 1, not -1\n")
