"""DuckDB behind a server, and the command that starts it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys

import asyncpg
import psycopg
import pytest
import sqlalchemy

from trunkline import Error
from trunkline.duckdb import DuckDB

INIT = (
    "create table shop (id int primary key, name varchar not null, tags varchar[], price decimal(10,2))",
    "insert into shop values (1, 'pen', ['a', 'b'], 1.50), (2, 'ink', null, null)",
    "comment on column shop.name is 'what it says'",
)


@pytest.fixture
def shop(serve):
    db = DuckDB(init=INIT)
    return serve(db, catalog=db.catalog)


def test_what_clients_ask_duckdb_answers(shop, connect):
    connection = connect(shop)
    assert connection.execute("select name, tags from shop where id = %s", (1,)).fetchone() == ("pen", ["a", "b"])
    assert connection.execute("from shop select count(*)").fetchone() == (2,)
    assert connection.execute("insert into shop (id, name) values (%s, %s)", (3, "cup")).statusmessage == "INSERT 0 1"
    assert connection.execute("insert into shop (id, name) values (4, 'x') returning id").fetchall() == [(4,)]
    assert connection.execute("update shop set price = 2 where id > 2").statusmessage == "UPDATE 2"
    assert connection.execute("delete from shop where id > 2").rowcount == 2
    assert connection.execute("summarize shop").rowcount == 4


@pytest.mark.parametrize(
    "sql, sqlstate",
    [
        ("selec 1 from", "42601"),
        ("select * from nope", "42P01"),
        ("select nope from shop", "42703"),
        ("select 'x'::int", "22P02"),
        ("insert into shop values (1, 'x', null, null)", "23505"),
        ("insert into shop (id) values (9)", "23502"),
    ],
)
def test_its_errors_have_a_sqlstate(sql, sqlstate, shop, connect):
    with pytest.raises(psycopg.Error) as told:
        connect(shop).execute(sql)
    assert told.value.sqlstate == sqlstate


def test_transactions_are_duckdbs_own(shop, connect):
    one, two = connect(shop), connect(shop)
    with contextlib.suppress(ZeroDivisionError), one.transaction():
        one.execute("insert into shop (id, name) values (5, 'gone')")
        assert one.execute("select count(*) from shop").fetchone() == (3,)
        assert two.execute("select count(*) from shop").fetchone() == (2,)
        raise ZeroDivisionError
    assert one.execute("select count(*) from shop").fetchone() == (2,)
    with one.transaction(), one.cursor("c") as cursor:
        cursor.itersize = 2
        cursor.execute("select range from range(5)")
        for (number,) in cursor:
            assert one.execute("select %s::int", (number,)).fetchone() == (number,)


def test_definitions_are_seen_at_once(shop, connect):
    connection = connect(shop)
    connection.execute("create table two (a int references shop (id))")
    inspector = sqlalchemy.inspect(sqlalchemy.create_engine(shop.dsn.replace("postgresql:", "postgresql+psycopg:")))
    assert inspector.get_table_names() == ["shop", "two"]
    assert inspector.get_foreign_keys("two")[0]["referred_table"] == "shop"
    assert inspector.get_pk_constraint("shop")["constrained_columns"] == ["id"]
    columns = inspector.get_columns("shop")
    assert [(column["name"], str(column["type"]), column["nullable"], column["comment"]) for column in columns] == [
        ("id", "INTEGER", False, None),
        ("name", "TEXT", False, "what it says"),
        ("tags", "ARRAY", True, None),
        ("price", "NUMERIC(10, 2)", True, None),
    ]
    connection.execute("drop table two")
    assert connection.execute("select to_regclass('two')").fetchone() == (None,)


def test_asyncpg_gets_descriptions(shop):
    async def ask():
        connection = await asyncpg.connect(shop.dsn)
        assert await connection.fetchval("select name from shop where id = $1::int", 1) == "pen"
        async with connection.transaction():
            assert [row["x"] async for row in connection.cursor("select * from range(5) t(x)", prefetch=2)] == [0, 1, 2, 3, 4]
        await connection.close()

    asyncio.run(ask())


def test_a_cancel_interrupts_duckdb(shop, connect):
    connection = connect(shop)
    connection.execute("set statement_timeout = 200")
    with pytest.raises(psycopg.errors.QueryCanceled):
        connection.execute("select sum(a.range * b.range) from range(10000000) a, range(10000000) b")
    assert connection.execute("select 1 as one").fetchone() == (1,)


def test_what_cannot_be_opened_is_an_error(tmp_path):
    (tmp_path / "text.duckdb").write_text("no database" * 1000)
    with pytest.raises(Error):
        DuckDB(tmp_path / "text.duckdb")


@contextlib.contextmanager
def command(*words, cwd, **environment):
    """The command, once it listens; at the end it is asked to stop, and stops in good order."""
    program = subprocess.Popen(
        [sys.executable, "-m", "trunkline", *words],
        stdout=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env=os.environ | environment,
    )
    try:
        line = program.stdout.readline()
        yield re.search(r"'(postgresql://[^']+)'", line)[1]
        program.send_signal(signal.SIGTERM)
        assert program.wait(20) == 0
    finally:
        program.kill()
        program.wait()


def test_the_command_serves_a_duckdb_file(tmp_path):
    file = str(tmp_path / "shop.duckdb")
    words = ("duckdb", file, "--listen", "127.0.0.1:0", *(word for sql in INIT for word in ("--init", sql)))
    with command(*words, cwd=tmp_path) as dsn, psycopg.connect(dsn) as connection:
        assert connection.execute("select count(*) from shop").fetchone() == (2,)
    with command("duckdb", file, "--read-only", "--listen", "127.0.0.1:0", cwd=tmp_path) as dsn:
        with psycopg.connect(dsn) as connection, pytest.raises(psycopg.Error):
            connection.execute("delete from shop")


APP = "def handler(query):\n    return [{'n': %s}]\n"


def test_the_command_serves_a_module_to_those_who_may(tmp_path):
    (tmp_path / "app.py").write_text(APP % 1)
    words = ("app:handler", "--listen", "127.0.0.1:0", "--user", "ann")
    with command(*words, cwd=tmp_path, TRUNKLINE_PASSWORD="secret") as dsn:
        with psycopg.connect(dsn, password="secret") as connection:
            assert connection.execute("x").fetchone() == (1,)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(dsn, password="wrong")


def test_the_command_starts_anew_when_the_module_changes(tmp_path):
    (tmp_path / "app.py").write_text(APP % 1)
    program = subprocess.Popen(
        [sys.executable, "-m", "trunkline", "app:handler", "--listen", "127.0.0.1:0", "--reload"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    try:
        for number in (1, 2):
            dsn = re.search(r"'(postgresql://[^']+)'", program.stdout.readline())[1]
            with psycopg.connect(dsn) as connection:
                assert connection.execute("x").fetchone() == (number,)
            file = tmp_path / "app.py"
            file.write_text(APP % 2)
            os.utime(file, (2_000_000_000, 2_000_000_000 + number))
    finally:
        program.kill()
        program.wait()


@pytest.mark.parametrize(
    "words, said",
    [
        (("nope",), "MODULE:NAME"),
        (("nope:handler",), "No module named 'nope'"),
        (("json:nope",), "has no attribute 'nope'"),
        (("json:dumps", "--init", "x"), "are for duckdb"),
        (("json:dumps", "--tls-cert", "x"), "--tls-key"),
        (("json:dumps", "--user", "ann"), "TRUNKLINE_PASSWORD"),
        (("json:dumps", "--listen", "nowhere"), "cannot listen on"),
        (("json:dumps", "--listen", "0.0.0.0:0"), "insecure"),
        (("duckdb", "--init", "selec"), "syntax error"),
    ],
)
def test_wrong_words_are_told(words, said, tmp_path):
    ended = subprocess.run([sys.executable, "-m", "trunkline", *words], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert ended.returncode in (1, 2) and said in ended.stderr
    assert "Traceback" not in ended.stderr
