"""What went wrong once: each of these hung, leaked or lied."""

from __future__ import annotations

import asyncio
import datetime
import logging
import os
import subprocess
import sys
import threading
import time

import pandas
import psycopg
import pyarrow as pa
import pytest

import trunkline


def test_a_coroutine_is_cancelled_before_its_first_step(serve, connect):
    blocked, go_on = threading.Event(), threading.Event()

    async def handler(query):
        if query.sql == "block":
            blocked.set()
            go_on.wait(60)
        return [{"n": 1}]

    server = serve(handler)
    first, second = connect(server), connect(server)
    blocking = threading.Thread(target=first.execute, args=("block",))
    blocking.start()
    assert blocked.wait(20)
    second.execute("set statement_timeout = 100")
    timer = threading.Timer(0.5, go_on.set)
    timer.start()
    with pytest.raises(psycopg.errors.QueryCanceled):
        second.execute("x")
    blocking.join(20)
    assert second.execute("select 1 from pg_class limit 1").fetchone() == (1,)


def test_a_cancel_reaches_an_asynchronous_generator(serve, connect):
    ended = threading.Event()

    async def rows():
        try:
            yield (1,)
            await asyncio.sleep(600)
        finally:
            ended.set()

    connection = connect(serve(lambda query: (rows(), ["n"])))
    connection.execute("set statement_timeout = 200")
    with pytest.raises(psycopg.errors.QueryCanceled):
        connection.execute("x")
    assert ended.wait(20)


def test_a_coroutine_may_stop_its_server():
    async def handler(query):
        own.stop()
        return "STOPPED"

    own = trunkline.Server(handler, "127.0.0.1:0").start()
    assert psycopg.connect(own.dsn, autocommit=True).execute("x").statusmessage == "STOPPED"
    assert own.wait(20)


def test_nothing_is_left_open_when_it_stops():
    async def handler(query):
        return [{"n": 1}]

    def turn():
        with trunkline.Server(handler, "127.0.0.1:0") as server, psycopg.connect(server.dsn) as connection:
            connection.execute("x")
        return len(os.listdir("/proc/self/fd"))

    turn()
    assert [turn(), turn(), turn()] == [turn()] * 3


def test_disconnect_is_called_before_the_end():
    ended = []

    class Plain:
        def query(self, query):
            return "OK"

        def disconnect(self, connection):
            ended.append("plain")

    class Later(Plain):
        async def disconnect(self, connection):
            await asyncio.sleep(0.01)
            ended.append("later")

    for handler in (Plain, Later):
        for at_once in (False, True):
            server = trunkline.Server(handler, "127.0.0.1:0").start()
            connection = psycopg.connect(server.dsn, autocommit=True)
            connection.execute("x")
            server.stop(at_once=at_once)
            connection.close()
    assert ended == ["plain", "plain", "later", "later"]


def test_what_a_thread_keeps_for_itself_stays(serve, connect):
    local = threading.local()

    class Session:
        def query(self, query):
            local.asked = getattr(local, "asked", 0) + 1
            return [{"asked": local.asked}]

    connection = connect(serve(Session, thread="connection"))
    assert [connection.execute("x").fetchone()[0] for _ in range(3)] == [1, 2, 3]


def test_a_failing_reader_tells_no_paths_and_is_logged(serve, connect, caplog):
    def batches():
        yield pa.record_batch({"n": [1]})
        raise ValueError("cannot read /srv/secret/file.txt")

    def handler(query):
        return pa.RecordBatchReader.from_batches(pa.schema([("n", pa.int64())]), batches())

    with caplog.at_level(logging.ERROR, "trunkline"), pytest.raises(psycopg.errors.InternalError_) as told:
        connect(serve(handler)).execute("x")
    assert "file.txt" in str(told.value) and "/srv" not in str(told.value) and "Traceback" not in str(told.value)
    assert caplog.records


def test_no_value_is_sent_as_another(serve, connect):
    def rows():
        yield {"n": datetime.date(2024, 1, 1)}
        yield {"n": datetime.datetime(2024, 1, 1, 5)}

    with pytest.raises(psycopg.Error, match="has a time"):
        connect(serve(lambda query: rows())).execute("x")
    nothing = [{"t": pandas.NaT}, {"t": pandas.Timestamp(2024, 1, 1)}]
    assert connect(serve(lambda query: nothing)).execute("x").fetchall() == [(None,), (datetime.datetime(2024, 1, 1),)]


def test_errors_cannot_say_that_nothing_is_wrong(serve, connect, caplog):
    for wrong in ({"C": "00000"}, {"S": "PANIC"}, {"table": "t"}, {"": "x"}):
        with pytest.raises(ValueError):
            trunkline.Error("42P01", "x", fields=wrong)
    for sqlstate in ("00000", "01000", "02000"):
        with pytest.raises(ValueError):
            trunkline.Error(sqlstate, "x")

    def handler(query):
        raise ValueError("\ud800")

    with caplog.at_level(logging.ERROR, "trunkline"), pytest.raises(psycopg.errors.InternalError_):
        connect(serve(handler)).execute("x")
    assert caplog.records


def test_a_text_is_no_answer_to_a_question(serve, connect):
    with pytest.raises(psycopg.errors.InternalError_, match="asks for rows"):
        connect(serve(lambda query: "hello")).execute("select 1 from t")


def test_arrow_data_is_freed_without_delay_for_others(serve, connect):
    """NumPy frees its buffers under the interpreter's lock, which a handler holds here."""
    import numpy

    held = threading.Event()

    def handler(query):
        if query.sql == "hold":
            held.set()
            sum(range(60_000_000))
            return "DONE"
        return pa.table({"n": numpy.arange(2_000_000)})

    server = serve(handler)
    program = (
        "import select, sys, time, psycopg\n"
        "readers = [psycopg.connect(sys.argv[1], autocommit=True) for _ in range(3)]\n"
        "holder, other = psycopg.connect(sys.argv[1]), psycopg.connect(sys.argv[1], autocommit=True)\n"
        "for reader in readers:\n"
        "    reader.pgconn.send_query(b'rows')\n"
        "    time.sleep(0.05)\n"
        "holder.pgconn.send_query(b'hold')\n"
        "time.sleep(0.05)\n"
        "for reader in readers:\n"
        "    reader.pgconn.finish()\n"
        "for _ in range(5):\n"
        "    other.execute('select version()')\n"
        "is_late = select.select([holder.fileno()], [], [], 0)[0]\n"
        "print('late' if is_late else 'answered', flush=True)\n"
        "holder.pgconn.get_result()\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, server.dsn], stdout=subprocess.PIPE, text=True) as asking:
        assert held.wait(60)
        assert asking.stdout.readline() == "answered\n"
        assert asking.wait(60) == 0


def test_a_restart_is_not_ended_by_the_stop_before_it():
    go_on, started = threading.Event(), threading.Event()

    def handler(query):
        started.set()
        go_on.wait(60)
        return "OK"

    server = trunkline.Server(handler, "127.0.0.1:0").start()
    connection = psycopg.connect(server.dsn, autocommit=True)
    asking = threading.Thread(target=connection.execute, args=("x",))
    asking.start()
    assert started.wait(20)
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    while server._running is not None:
        time.sleep(0.01)
    server.start()
    go_on.set()
    stopping.join(20)
    asking.join(20)
    assert not server.wait(0)
    server.stop()
    assert server.wait(0)


@pytest.mark.parametrize("body", ["time.sleep(600)", "while True: time.sleep(0.01)", "while True: pass"])
def test_the_program_ends_in_good_order_whatever_runs(body):
    program = (
        "import threading, time, psycopg, trunkline\n"
        "def handler(query):\n"
        "    started.set()\n"
        f"    {body}\n"
        "started = threading.Event()\n"
        "server = trunkline.Server(handler, '127.0.0.1:0').start()\n"
        "connection = psycopg.connect(server.dsn, autocommit=True)\n"
        "threading.Thread(target=connection.execute, args=('x',), daemon=True).start()\n"
        "started.wait(20)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
