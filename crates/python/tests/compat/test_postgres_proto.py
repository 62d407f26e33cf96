"""Programs as postgres_proto's users write them, by another import."""

from __future__ import annotations

import asyncio
import csv
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import psycopg
import pytest

from trunkline.compat.postgres_proto.flow import PostgresError
from trunkline.compat.postgres_proto.server import create_server, create_ssl_context
from trunkline.compat.postgres_proto.socket_handler import PostgresRequestHandler, stmt_handler
from trunkline.compat.postgres_proto.sql import (
    extract_value_from_where_comparison,
    parse_sql,
    parse_sql_func,
    split_sql,
    split_sql_queries,
    tokenize,
    tokenize_where_expr,
)
from trunkline.compat.postgres_proto.stream import ColumnDef

PEOPLE = [{"name": "ann", "age": 41}, {"name": "o'brien", "age": None}, {"name": "zoë", "age": 7}]


class Handler(PostgresRequestHandler):
    pg_builtin_tables = frozenset(["pg_custom"])
    pg_builtin_functions = {"my_version()": "1.0"}
    made: list[Handler] = []

    def setup(self):
        self.statements: list = []
        self.ended = threading.Event()
        self.made.append(self)

    def finish(self):
        self.ended.set()

    def query_tables(self, stmt_info):
        self.statements.append(stmt_info)
        if stmt_info.tables[0].name != "people":
            raise PostgresError(f'relation "{stmt_info.tables[0].name}" does not exist', code="42P01")
        rows = PEOPLE
        if stmt_info.where:
            wanted = extract_value_from_where_comparison(stmt_info.where, "name")
            rows = [row for row in rows if row["name"] == wanted]
        return rows, ["name", ("age", "int4")]

    def list_tables(self):
        return ["people"]

    def describe_table(self, table_name):
        return ["name", ("age", "int4")]

    @stmt_handler("INSERT")
    def insert(self, stmt_info):
        self.statements.append(stmt_info)
        return 2

    @stmt_handler("UPDATE")
    def update(self, stmt_info):
        return None, None

    @stmt_handler("DELETE")
    def delete(self, stmt_info):
        raise PostgresError("no", severity="FATAL", code="57P01")


class WithLogin(Handler):
    def is_authentication_needed(self, username, database):
        return True

    def authenticate(self, username, password, database):
        return {"name": username} if (password, database) == ("secret", "d") else None


def listens(address: tuple[str, int]) -> None:
    """Waits until something does."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return socket.create_connection(address).close()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline


@contextmanager
def served(cls, **options) -> Iterator[str]:
    cls.made.clear()
    server = create_server(cls, 0, **options)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        listens(server.server_address)
        yield f"host=127.0.0.1 port={server.server_address[1]} user=u dbname=d"
    finally:
        server.shutdown()
        thread.join(30)
        assert not thread.is_alive()


@pytest.fixture
def client() -> Iterator[psycopg.Connection]:
    with served(Handler) as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


def test_rows_are_chosen_renamed_and_typed(client):
    assert client.execute("select * from people").fetchall() == [("ann", 41), ("o'brien", None), ("zoë", 7)]
    cursor = client.execute("select AGE as years, name from public.people p where name = %s", ["o'brien"])
    assert cursor.fetchall() == [(None, "o'brien")]
    assert [(column.name, column.type_code) for column in cursor.description] == [("years", 23), ("name", 25)]
    table = client.execute("select name from people p") and Handler.made[-1].statements[-1].tables[0]
    assert (table.name, table.schema, table.alias) == ("people", None, "p")


def test_what_is_selected_has_no_silent_answer(client):
    for wrong, code in [
        ("select height from people", "42703"),
        ("select upper(name) from people", "0A000"),
        ("select *, name from people", "0A000"),
        ("select name from people join people q on true", "0A000"),
        ("select name from nowhere", "42P01"),
        ("select 'open from people", "42601"),
        ("frobnicate", "42601"),
    ]:
        with pytest.raises(psycopg.Error) as raised:
            client.execute(wrong)
        assert raised.value.sqlstate == code, wrong
    assert client.execute("select 1").fetchone() == (1,)


def test_functions_answer_their_statements(client):
    cursor = client.execute("insert into people values (%s, %s), ('x', -1)", ["'); drop table people; --", -5])
    assert cursor.statusmessage == "INSERT 0 2"
    assert Handler.made[-1].statements[-1] == {
        "INTO": "people",
        "VALUES": "('''); drop table people; --', -5), ('x', -1)",
    }
    assert client.execute("update people set age = 1").statusmessage == "UPDATE"
    with pytest.raises(psycopg.errors.AdminShutdown):
        client.execute("delete from people")
    assert client.closed


def test_a_client_has_an_object_until_it_leaves():
    with served(Handler) as dsn:
        with psycopg.connect(dsn, application_name="mine") as one, psycopg.connect(dsn) as other:
            one.execute("select name from people")
            first, second = (made for made in Handler.made if made.client_address)
            assert first.startup_params == {"user": "u", "database": "d", "application_name": "mine", "client_encoding": "UTF8"}
            assert (len(first.statements), second.statements) == (1, [])
            assert first.server.nb_connected_clients == 2
            assert other.info.transaction_status == 0
        assert first.ended.wait(10)
        assert second.ended.wait(10)


def test_catalogs_and_functions_are_there(client):
    found = client.execute(
        "select column_name, data_type from information_schema.columns where table_name = 'people' order by ordinal_position"
    )
    assert found.fetchall() == [("name", "text"), ("age", "integer")]
    assert client.execute("select my_version() as v").fetchall() == [("1.0",)]
    assert client.execute("select name from pg_custom").fetchall() == []
    assert client.execute("select current_schema()").fetchone() == ("public",)


def test_a_statement_runs_once_for_a_client_that_prepares():
    async def ask(port: int) -> list:
        connection = await asyncpg.connect(host="127.0.0.1", port=port, user="u", database="d")
        rows = await connection.fetch("select age, name from people where name = $1", "ann")
        await connection.execute("insert into people values ($1)", "ann")
        await connection.close()
        return [tuple(row) for row in rows]

    with served(Handler) as dsn:
        assert asyncio.run(ask(int(dsn.split("port=")[1].split()[0]))) == [(41, "ann")]
        (handler,) = (made for made in Handler.made if made.client_address)
        assert handler.ended.wait(10)
        kinds = [type(statement).__name__ for statement in handler.statements]
        assert kinds[-1] == "dict"


def test_logins_are_the_programs_own():
    with served(WithLogin) as dsn:
        with psycopg.connect(dsn, password="secret") as connection:
            assert connection.execute("select name from people").fetchall()[0] == ("ann",)
            assert [made.user for made in WithLogin.made if made.statements] == [{"name": "u"}]
        with pytest.raises(psycopg.OperationalError, match="authentication failure"):
            psycopg.connect(dsn, password="wrong")


def test_tls_and_the_most_clients(certificate):
    class Encrypted(Handler):
        def must_use_encryption(self):
            return True

    tls = create_ssl_context(*map(str, certificate))
    with served(Encrypted, ssl_context=tls, max_clients=1) as dsn:
        with psycopg.connect(dsn, sslmode="require") as connection:
            assert connection.execute("select 1").fetchone() == (1,)
            with pytest.raises(psycopg.OperationalError, match="too many clients"):
                psycopg.connect(dsn, sslmode="require")
    with served(Encrypted, ssl_context=tls) as dsn, pytest.raises(psycopg.OperationalError, match="must use encryption"):
        psycopg.connect(dsn, sslmode="disable")
    with pytest.raises(OSError, match="No such file"):
        create_ssl_context("/nowhere", "/nowhere")


def test_a_public_address_is_refused_unless_it_is_wanted():
    server = create_server(Handler, 0, "0.0.0.0")
    with pytest.raises(PermissionError):
        server.serve_forever()


def test_columns_keep_their_types():
    class Typed(Handler):
        def execute_query(self, query):
            return "SELECT", [["1", 2, None], ["x", 3, 2**70]], [ColumnDef("a", str), ColumnDef("b", int), "c"]

    with served(Typed) as dsn, psycopg.connect(dsn) as connection:
        cursor = connection.execute("select")
        assert cursor.fetchall() == [("1", 2, None), ("x", 3, 2**70)]
        assert [column.type_code for column in cursor.description] == [25, 23, 1700]


def test_the_command_serves_a_class(tmp_path):
    with (tmp_path / "people.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["name"], ["ann"], ["bob"]])
    (tmp_path / "app.py").write_text(
        "import csv\n"
        "from trunkline.compat.postgres_proto.socket_handler import PostgresRequestHandler\n"
        "class Csv(PostgresRequestHandler):\n"
        "    def query_tables(self, stmt_info):\n"
        "        with open(stmt_info.tables[0].name + '.csv', newline='') as file:\n"
        "            rows = list(csv.DictReader(file))\n"
        "        return rows, rows[0]\n"
    )
    command = [sys.executable, "-m", "trunkline.compat.postgres_proto.server", "app.Csv", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().rsplit(":", 1)[1].strip()
            with psycopg.connect(f"host=127.0.0.1 port={port} user=u") as connection:
                assert connection.execute("select name from people").fetchall() == [("ann",), ("bob",)]
        finally:
            process.terminate()
        assert process.wait(30) == 0


def test_statements_are_split_into_clauses():
    kind, select = parse_sql(
        "SELECT a, t.b AS c, Count(*), x y FROM s.t AS t, u /* , v */ WHERE a = 'from' GROUP BY a ORDER  BY b LIMIT 3"
    )
    assert kind == "SELECT"
    assert [tuple(column) for column in select.columns] == [("a", None), ("t.b", "c"), ("count(*)", "count"), ("x", "y")]
    assert [(table.name, table.schema, table.alias) for table in select.tables] == [("t", "s", "t"), ("u", None, None)]
    assert (select.where, select.group_by, select.order_by, select.limit) == ("a = 'from'", "a", "b", "3")
    assert parse_sql("insert into t (a) values (1), (2) returning a") == (
        "INSERT",
        {"INTO": "t (a)", "VALUES": "(1), (2)", "RETURNING": "a"},
    )
    assert parse_sql("delete from t where a = 1") == ("DELETE", {"FROM": "t", "WHERE": "a = 1"})
    assert parse_sql("commit") == ("COMMIT", {})
    assert split_sql("GRAB x OUT y", {"GRAB": ["GRAB", "OUT"]}) == ("GRAB", {"GRAB": "x", "OUT": "y"})
    assert split_sql("case when a then b when c then d else e end")[1]["WHEN"] == ["a", "c"]
    for wrong in ("", "frob", "select (", "select a from t where b where c", "select distinct a from t"):
        with pytest.raises(SyntaxError):
            parse_sql(wrong)


def test_tokens_and_comparisons():
    assert tokenize("a, 'b, c' (d e)") == [("a", 0), ("'b, c'", 3), ("(d e)", 10)]
    assert tokenize("f(a (b))", tokenize_nested=False) == [("f(a (b))", 0)]
    assert split_sql_queries("select ';'; select 2;") == ["select ';'", "select 2"]
    where = "a = 'x and y' AND b<>3 or \"C\" >= 'it''s'"
    assert list(tokenize_where_expr(where)) == [["a", "=", "x and y"], ["b", "<>", "3"], ["C", ">=", "it's"]]
    assert extract_value_from_where_comparison(where, "a") == "x and y"
    assert extract_value_from_where_comparison(where, "z") is None
    assert parse_sql_func("concat(a, 'b,c')") == ("concat", ["a", "'b,c'"])
    with pytest.raises(SyntaxError):
        list(tokenize_where_expr("a is null"))


def test_a_client_that_goes_after_its_login_ends_its_object():
    leaving = threading.Event()

    class Leaves(WithLogin):
        def authenticate(self, user, password, database):
            known = super().authenticate(user, password, database)
            # Its client is gone by the time that it is welcome.
            if not leaving.is_set():
                leaving.set()
                self.left.wait(20)
            return known

    Leaves.left = threading.Event()
    with served(Leaves) as dsn:
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(dsn, password="secret", connect_timeout=2)
        first = Leaves.made[0]
        Leaves.left.set()
        for _ in range(100):
            psycopg.connect(dsn, password="secret").close()
            if first.ended.wait(0.05):
                break
        assert first.ended.is_set()
