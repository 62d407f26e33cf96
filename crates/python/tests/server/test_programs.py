"""The examples, each asked by psql or psycopg."""

from __future__ import annotations

import contextlib
import pathlib
import socket
import subprocess
import sys
import time

import psycopg
import pytest

ROOT = pathlib.Path(__file__).parents[4]


@contextlib.contextmanager
def example(name, *words):
    """An example on a free port, once it lets clients in."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = subprocess.Popen([sys.executable, str(ROOT / "examples/python" / name), str(port), *words])
    dsn = f"postgresql://me@127.0.0.1:{port}/me"
    try:
        for _ in range(500):
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(dsn).close()
                break
            assert program.poll() is None
            time.sleep(0.02)
        yield dsn
    finally:
        program.kill()
        program.wait()


def psql(dsn, *statements):
    words = [word for sql in statements for word in ("-c", sql)]
    ended = subprocess.run(["psql", "-X", "-At", dsn, *words], capture_output=True, text=True, timeout=30)
    return ended.stdout + ended.stderr


def test_fixed():
    with example("fixed.py") as dsn:
        assert psql(dsn, "select * from planets") == "Mercury|0.39\nVenus|0.72\nEarth|1\n"
        assert "HINT:  Try: select * from planets" in psql(dsn, "select 5 from x")


def test_frames():
    with example("frames.py") as dsn:
        asked = "select name, sum(sold) as sold from sales group by name order by name;"
        assert psql(dsn, asked) == "ink|1\npen|7\n"
        assert psql(dsn, "\\dt").splitlines() == ["public|prices|table|me", "public|sales|table|me"]
        assert "ERROR" in psql(dsn, "select nope from sales")


def test_app():
    with example("app.py") as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("listen ticks")
        first, second = connection.notifies(timeout=20, stop_after=2)
        assert int(second.payload) == int(first.payload) + 1
        assert connection.execute("select * from ticks").rowcount >= int(second.payload)


def test_csv_files():
    with example("csv_files.py", str(ROOT / "examples/data")) as dsn, psycopg.connect(dsn) as connection:
        assert connection.execute("select name from airlines where carrier = %s", ("AA",)).fetchall() == [("American Airlines Inc.",)]
        names = "select count(*) from information_schema.tables where table_name = 'airlines'"
        assert connection.execute(names).fetchone() == (1,)


@pytest.mark.parametrize("path", sorted((ROOT / "examples/python").glob("*.py")), ids=lambda path: path.name)
def test_every_example_has_a_test(path):
    here = pathlib.Path(__file__).parents[1]
    assert any(path.name in file.read_text() for file in here.rglob("test_*.py"))
