"""The examples, each asked by psql or psycopg."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import time

import duckdb
import psycopg
import pytest
import redis

ROOT = pathlib.Path(__file__).parents[4]


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def example(name, *words):
    """An example on a free port, once it lets clients in."""
    port = free_port()
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


def test_dict_tables():
    with example("dict_tables.py") as dsn:
        assert psql(dsn, "\\dt") == "public|planets|table|me\n"
        assert psql(dsn, "select name from planets where moons > 2 order by distance desc") == "Saturn\nJupiter\n"
        assert psql(dsn, "insert into planets (name, moons) values ('Vulcan', 0), ('Nine', null)") == "INSERT 0 2\n"
        assert psql(dsn, "select name from planets where distance is null and moons is not null") == "Vulcan\n"
        assert psql(dsn, "select who from now.clock where seconds > 0") == "me\n"
        assert "ERROR:  DELETE is not supported" in psql(dsn, "delete from planets")


def test_duckdb_file(tmp_path):
    file = str(tmp_path / "shop.duckdb")
    with duckdb.connect(file) as db:
        db.execute("create table shop as select range as id, 'thing ' || range as name from range(1000)")
    with example("duckdb_file.py", file) as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        assert connection.execute("select name from shop where id = %s", (7,)).fetchall() == [("thing 7",)]
        assert connection.execute("from shop select count(*)").fetchone() == (1000,)
        connection.execute("update shop set name = 'x' where id = 1")
        assert connection.execute("select name from shop where id = 1").fetchone() == ("x",)


@contextlib.contextmanager
def redis_server(folder):
    """A server of Redis, which TRUNKLINE_REDIS or the PATH tells where to find."""
    program = os.environ.get("TRUNKLINE_REDIS") or shutil.which("redis-server")
    assert program, "TRUNKLINE_REDIS is not the path of redis-server, and no PATH leads to one"
    # One that was unpacked and not installed has its libraries beside it.
    libraries = [str(path) for path in pathlib.Path(program).parents[1].glob("lib/*-linux-gnu")]
    port = free_port()
    words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    running = subprocess.Popen([program, *words], stdout=subprocess.DEVNULL, env=os.environ | {"LD_LIBRARY_PATH": ":".join(libraries)})
    try:
        client = redis.Redis(port=port)
        for _ in range(500):
            with contextlib.suppress(redis.ConnectionError):
                client.ping()
                break
            assert running.poll() is None
            time.sleep(0.02)
        yield client, f"redis://127.0.0.1:{port}"
        client.close()
    finally:
        running.kill()
        running.wait()


def test_redis_keys(tmp_path):
    with redis_server(tmp_path) as (client, url), example("redis_keys.py", url) as dsn:
        client.set("greeting", "hello")
        client.hset("user:1", mapping={"name": "ann", "age": "30"})
        assert psql(dsn, "select key, type, value from keys order by key") == "greeting|string|hello\nuser:1|hash|\n"
        assert psql(dsn, "HGETALL user:1", "GET greeting", "get nothing") == "name|ann\nage|30\nhello\n\n"
        assert psql(dsn, "SETEX short 60 'two words'", "select key from keys where ttl between 1 and 60") == "True\nshort\n"
        assert client.get("short") == b"two words"
        assert psql(dsn, "\\d keys").splitlines()[0] == "key|text|||"
        assert "ERROR:  wrong number of arguments" in psql(dsn, "GET")
        with psycopg.connect(dsn) as connection:
            assert connection.execute("select value from keys where key = %s", ("greeting",)).fetchone() == ("hello",)


class Api(http.server.BaseHTTPRequestHandler):
    """Two resources, and no third."""

    asked: list[str] = []
    found = {
        "/users": [{"id": 1, "name": "ann", "address": {"city": "Oslo"}}, {"id": 2, "name": "bob", "address": None}],
        "/posts": [{"id": 1, "userId": 2, "title": "first"}, {"id": 2, "userId": 2, "title": "second", "likes": 1.5}],
    }

    def do_GET(self):
        self.asked.append(self.path)
        found = self.found.get(self.path)
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(json.dumps(found).encode())

    def log_message(self, format, *words):
        pass


def test_rest_api():
    api = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=api.serve_forever).start()
    url = f"http://127.0.0.1:{api.server_address[1]}"
    try:
        with example("rest_api.py", url, "users", "posts", "nothing") as dsn, psycopg.connect(dsn, autocommit=True) as connection:
            joined = 'select u.name, p.title from users u join posts p on p."userId" = u.id where p.likes > %s'
            assert connection.execute(joined, (1,)).fetchall() == [("bob", "second")]
            # Once for its columns, and once for its rows.
            assert sorted(Api.asked) == ["/posts", "/posts", "/users", "/users"]
            assert connection.execute("select title from posts where id = 1").fetchone() == ("first",)
            assert Api.asked[4:] == ["/posts"]
            with pytest.raises(psycopg.errors.IoError, match="404"):
                connection.execute("select * from nothing")
    finally:
        api.shutdown()
        api.server_close()


@pytest.mark.parametrize("path", sorted((ROOT / "examples/python").glob("*.py")), ids=lambda path: path.name)
def test_every_example_has_a_test(path):
    here = pathlib.Path(__file__).parents[1]
    assert any(path.name in file.read_text() for file in here.rglob("test_*.py"))
