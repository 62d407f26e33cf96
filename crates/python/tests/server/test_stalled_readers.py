"""Clients that ask for much and read nothing: what each of them costs the server."""

from __future__ import annotations

import array
import fcntl
import subprocess
import sys
import termios
import time

import psycopg
import pytest

PROGRAM = """
import sys
import pyarrow as pa
import trunkline

count = 300_000
table = pa.table({name: pa.array(range(count), pa.int64()) for name in "abcd"} | {"e": ["text " * 10] * count})

def rows():
    for number in range(10_000_000):
        yield number, number, number, number, "text " * 10

def handler(query):
    if query.sql == "arrow":
        return table
    if query.sql == "batches":
        return (table for _ in range(100))
    return rows(), [(name, "int8") for name in "abcd"] + [("e", "text")]

with trunkline.Server(handler, "127.0.0.1:0", threads=32) as server:
    print(server.dsn, flush=True)
    sys.stdin.read()
"""
STALLED = 20


@pytest.fixture(scope="module")
def program():
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=pipe, stdout=pipe, stderr=pipe, text=True) as program:
        try:
            yield program.pid, program.stdout.readline().strip()
        finally:
            _, said = program.communicate(timeout=60)
    # What stops the handlers of clients that have gone is not to be heard of.
    assert said == ""


def memory(pid):
    """Resident, in bytes."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def waiting(connection):
    """How many bytes wait to be read."""
    count = array.array("i", [0])
    fcntl.ioctl(connection.pgconn.socket, termios.FIONREAD, count)
    return count[0]


@pytest.mark.parametrize("protocol", ["simple", "extended"])
@pytest.mark.parametrize("sql", ["arrow", "batches", "rows"])
def test_it_is_less_than_two_megabytes(program, sql, protocol):
    pid, dsn = program

    def ask():
        connection = psycopg.connect(dsn, autocommit=True)
        if protocol == "simple":
            connection.pgconn.send_query(sql.encode())
        else:
            connection.pgconn.send_query_params(sql.encode(), [])
        connection.pgconn.flush()
        return connection

    def settle(connections):
        """Waits until the server has filled what the sockets hold."""
        seen, since = None, time.monotonic()
        while time.monotonic() < since + 60:
            time.sleep(0.2)
            now = [waiting(connection) for connection in connections]
            if now == seen and all(now):
                return
            seen = now
        raise AssertionError(f"it still sends: {seen}")

    connections = [ask(), ask()]
    settle(connections)
    before = memory(pid)
    connections += [ask() for _ in range(STALLED)]
    settle(connections)
    each = (memory(pid) - before) / STALLED
    for connection in connections:
        connection.close()
    assert each <= 2_000_000, f"{each / 1e6:.2f} MB for each"
    print(f"{sql}, {protocol}: {each / 1e6:.2f} MB for each")
