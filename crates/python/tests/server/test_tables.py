"""Python's own data as tables, by every engine: what is a table, who sees it, and what clients may not do."""

from __future__ import annotations

import asyncio
import datetime
import decimal
import sqlite3
import subprocess
import sys
import threading

import asyncpg
import duckdb
import pandas
import polars
import psycopg
import pyarrow
import pytest
import sqlalchemy

import trunkline

CITIES = [
    {"name": "Oslo", "people": 700_000, "founded": datetime.date(1048, 1, 1), "tags": ["sea"], "more": {"a": 1}},
    {"name": "Rome", "people": None, "area": decimal.Decimal("1285.31")},
    {"name": "Troy", "people": 0, "founded": None, "tags": None, "more": None},
]
ENGINES = ("duckdb", "datafusion", "plain")


@pytest.fixture(params=ENGINES)
def engine(request):
    return request.param


@pytest.fixture
def ask(serve, connect, engine):
    """Serves tables, and connects to them."""

    def start(tables, **options):
        return connect(serve(trunkline.Tables(tables, engine=engine), **options))

    return start


def lite():
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute('create table "Pairs" (a integer, b text)')
    connection.execute("insert into \"Pairs\" values (1, 'x'), (2, null)")
    return connection


def duck():
    connection = duckdb.connect()
    connection.execute("""create table "Pairs" as select * from (values (1::bigint, 'x'), (2, null)) as t (a, b)""")
    return connection


def alchemy():
    engine = sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.pool.StaticPool, connect_args={"check_same_thread": False})
    with engine.begin() as connection:
        connection.exec_driver_sql('create table "Pairs" (a integer, b text)')
        connection.exec_driver_sql("insert into \"Pairs\" values (1, 'x'), (2, null)")
    return engine


class Foreign:
    """Arrow data of nobody's that is known."""

    def __arrow_c_stream__(self, requested_schema=None):
        return pyarrow.table({"a": [1, 2], "b": ["x", None]}).__arrow_c_stream__(requested_schema)


PAIRS = {
    "dicts": lambda: [{"a": 1, "b": "x"}, {"a": 2}],
    "rows": lambda: ([(1, "x"), (2, None)], ["a", "b"]),
    "result": lambda: trunkline.Result([(1, "x"), (2, None)], [("a", "int8"), ("b", "text")]),
    "polars": lambda: polars.DataFrame({"a": [1, 2], "b": ["x", None]}),
    "pandas": lambda: pandas.DataFrame({"a": [1, 2], "b": ["x", None]}),
    "arrow": lambda: pyarrow.table({"a": [1, 2], "b": ["x", None]}),
    "foreign": Foreign,
    "sqlite": lite,
    "duckdb": duck,
    "sqlalchemy": alchemy,
    "function": lambda: lambda: ({"a": number, "b": text} for number, text in ((1, "x"), (2, None))),
    "asked": lambda: lambda query: polars.DataFrame({"a": [1, 2], "b": ["x", None]}),
}


@pytest.mark.parametrize("kind", PAIRS)
def test_all_that_is_a_table(kind, ask):
    connection = ask({"Pairs": PAIRS[kind]()})
    assert connection.execute('select * from "Pairs" order by a').fetchall() == [(1, "x"), (2, None)]
    assert connection.execute('select b from "Pairs" where a = %s', (1,)).fetchall() == [("x",)]
    described = connection.execute("select column_name, data_type from information_schema.columns where table_name = 'Pairs'")
    assert described.fetchall() == [("a", "bigint"), ("b", "text")]
    with pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("select * from Pairs")


def test_dicts_have_all_columns_and_types(ask):
    connection = ask({"cities": CITIES})
    row = connection.execute("select name, people, founded, tags, area from cities order by people nulls first limit 1").fetchone()
    assert row == ("Rome", None, None, None, decimal.Decimal("1285.31"))
    found = connection.execute("select founded, tags from cities where name = %s", ("Oslo",)).fetchone()
    assert found == (datetime.date(1048, 1, 1), ["sea"])
    assert connection.execute("select count(*) from public.cities where people > 5").fetchone() == (1,)


def test_asyncpg_has_parameters_of_the_types_of_columns(serve, engine):
    server = serve(trunkline.Tables({"cities": CITIES, "asked": lambda: CITIES}, engine=engine))

    async def talk():
        connection = await asyncpg.connect(server.dsn)
        for table in ("cities", "asked"):
            assert await connection.fetch(f"select name from {table} where people >= $1 and name like $2", 1, "O%") == [("Oslo",)]
            assert await connection.fetchval(f"select name from {table} where founded = $1", datetime.date(1048, 1, 1)) == "Oslo"
            statement = await connection.prepare(f"select people, name from {table} c where c.people = $1 limit $2")
            assert [ty.name for ty in statement.get_parameters()] == ["int8", "int8"]
            assert [(column.name, column.type.name) for column in statement.get_attributes()] == [("people", "int8"), ("name", "text")]
            assert [tuple(row) for row in await statement.fetch(0, 5)] == [(0, "Troy")]
        await connection.close()

    asyncio.run(talk())


def test_a_schema_is_a_dict(ask):
    connection = ask({"orders": [{"id": 1}], "sales": {"orders": [{"id": 2}], "None Yet": []}})
    assert [connection.execute(f"select id from {name}").fetchone() for name in ("orders", "public.orders", "sales.orders")] == [(1,), (1,), (2,)]
    found = connection.execute("select table_schema, table_name from information_schema.tables where table_schema in ('public', 'sales') order by 1, 2")
    assert found.fetchall() == [("public", "orders"), ("sales", "None Yet"), ("sales", "orders")]


def test_psql_shows_them(serve, engine):
    server = serve(trunkline.Tables({"cities": CITIES, "later": lambda: [{"a": True}]}, engine=engine))
    shown = subprocess.run(["psql", "-X", "-At", server.dsn, "-c", "\\d", "-c", "\\d later"], capture_output=True, text=True, timeout=30)
    assert shown.stdout.splitlines() == ["public|cities|table|postgres", "public|later|table|postgres", "a|boolean|||"]


def test_functions_are_called_once_for_each_statement(serve, connect, engine):
    asked = []

    def users(query):
        asked.append(query and query.sql)
        return [{"n": len(asked), "who": query.connection.user if query else ""}]

    server = serve(trunkline.Tables({"users": users, "other": [{"a": 1}]}, engine=engine))
    connection = connect(server)
    connection.execute("select a from other")
    # Nobody has looked at its columns yet.
    assert asked == []
    connection.execute("select column_name from information_schema.columns where table_name = 'users'")
    connection.execute("select column_name from information_schema.columns where table_name = 'users'")
    assert asked == [None]
    assert connection.execute("select n, who from users").fetchall() == [(2, "postgres")]
    assert connection.execute("select n from users where n = %s", (3,)).fetchall() == [(3,)]
    assert asked == [None, "select n, who from users", "select n from users where n = $1"]
    server.refresh()
    connection.execute("select column_name from information_schema.columns where table_name = 'users'")
    assert asked[3:] == [None]


def test_lists_are_seen_as_they_are_now(serve, connect, engine):
    rows = [{"a": 1}]
    connection = connect(serve(trunkline.Tables({"t": rows}, engine=engine)))
    columns = "select column_name, data_type from information_schema.columns where table_name = 't'"
    assert connection.execute(columns).fetchall() == [("a", "bigint")]
    rows.append({"a": 2.5, "b": "x"})
    assert connection.execute("select a, b from t order by a").fetchall() == [(1.0, None), (2.5, "x")]
    assert connection.execute(columns).fetchall() == [("a", "double precision"), ("b", "text")]


def test_functions_whose_columns_change_are_asked_again(ask):
    answers = [[{"a": 1}], [{"a": None}], [{"a": "x"}], [{"a": "x"}]]
    connection = ask({"t": lambda: answers.pop(0) if len(answers) > 1 else answers[0]})
    # The first call is for the columns.
    assert connection.execute("select a from t").fetchall() == [(None,)]
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="cached plan must not change result type"):
        connection.execute("select a from t")
    assert connection.execute("select a from t").fetchall() == [("x",)]


def test_nobody_writes_but_functions_of_the_program(serve, connect, engine):
    rows = [{"a": 1}]
    server = serve(trunkline.Tables({"t": rows}, engine=engine))
    connection = connect(server)
    for sql in ("insert into t values (2)", "update t set a = 2", "delete from t", "drop table t", "truncate t", "create table u (a int)"):
        with pytest.raises(psycopg.errors.FeatureNotSupported) as wrong:
            connection.execute(sql)
        assert "server.statement(" in wrong.value.diag.message_hint

    @server.statement("INSERT")
    def insert(query):
        rows.append({"a": query.params[0]})
        return "INSERT 0 1"

    assert connection.execute("insert into t values (%s::int)", (7,)).statusmessage == "INSERT 0 1"
    assert connection.execute("select a from t order by a").fetchall() == [(1,), (7,)]


@pytest.mark.parametrize(
    "sql, sqlstate",
    [("select * from nope", "42P01"), ("select nope from t", "42703"), ("select a from t where a = 'x'", "22P02"), ("select a from t where", "")],
)
def test_errors_have_a_sqlstate(sql, sqlstate, ask):
    with pytest.raises(psycopg.Error) as wrong:
        ask({"t": [{"a": 1}]}).execute(sql)
    assert wrong.value.sqlstate == sqlstate or (not sqlstate and wrong.value.sqlstate in ("42601", "0A000"))


@pytest.mark.parametrize("engine", ["duckdb", "datafusion"])
def test_engines_join_and_group(ask):
    connection = ask({"a": [{"id": 1, "n": 5}, {"id": 2, "n": 7}, {"id": 2, "n": 1}], "s": {"b": polars.DataFrame({"id": [1, 2], "name": ["x", "y"]})}})
    joined = "select name, sum(n)::bigint as n from a join s.b using (id) where n > %s group by name order by name"
    assert connection.execute(joined, (0,)).fetchall() == [("x", 5), ("y", 8)]


@pytest.mark.parametrize("engine", ["duckdb", "datafusion"])
def test_who_names_a_table_in_quotes_has_not_named_it_without(ask):
    with pytest.raises(psycopg.errors.UndefinedTable):
        ask({"Pairs": PAIRS["dicts"]()}).execute('select * from "Pairs" one, Pairs other')


@pytest.mark.parametrize("engine", ["duckdb"])
def test_duckdbs_own_words(ask):
    connection = ask({"a": [{"id": 1}, {"id": 2}], "s": {"b": [{"id": 3}]}})
    assert connection.execute("from a select max(id)").fetchone() == (2,)
    assert connection.execute("summarize s.b").fetchone()[0] == "id"


@pytest.mark.parametrize("engine", ["duckdb", "datafusion"])
def test_the_files_and_variables_of_the_server_are_out_of_reach(ask, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    connection = ask({"t": [{"a": 1}]})
    tries = [
        f"select * from '{secret}'",
        f"select * from read_csv('{secret}')",
        f"select * from read_text('{secret}')",
        f"select * from read_blob('{secret}')",
        f"select * from glob('{tmp_path}/*')",
        f"select * from sniff_csv('{secret}')",
        f"explain analyze copy t to '{tmp_path}/out.csv'",
        f"explain analyze create external table x stored as csv location '{secret}'",
        f"attach '{tmp_path}/new.duckdb' as x",
        f"export database '{tmp_path}/x'",
        f"explain analyze attach '{tmp_path}/new.duckdb' as x",
        "explain analyze drop view main.t",
        "explain analyze create table left_behind (a int)",
        "load httpfs",
        "install httpfs",
        "pragma enable_profiling",
        "select * from query('from secret_variable')",
        "select * from secret_variable",
        "explain analyze set enable_external_access = true",
    ]
    for sql in tries:
        with pytest.raises(psycopg.Error) as wrong:
            connection.execute(sql)
        assert not isinstance(wrong.value, psycopg.OperationalError), sql
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret.csv"]
    assert connection.execute("select a from t").fetchall() == [(1,)]


secret_variable = pandas.DataFrame({"a": [1]})


@pytest.mark.parametrize("engine", ["duckdb"])
def test_a_cancel_interrupts_duckdb(ask):
    connection = ask({"t": [{"a": number} for number in range(10_000)]})
    connection.execute("set statement_timeout = 300")
    with pytest.raises(psycopg.errors.QueryCanceled):
        connection.execute("select sum(x.a * y.a + z.a) from t x, t y, t z")


def test_many_ask_at_once(serve, connect, engine):
    server = serve(trunkline.Tables({"t": [{"a": number} for number in range(100)], "lite": lite_of("lite")}, engine=engine))
    wrong = []

    def client(number):
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            for _ in range(10):
                found = connection.execute("select a from t where a = %s", (number,)).fetchall(), connection.execute("select a from lite").fetchall()
                if found != ([(number,)], [(5,)]):
                    wrong.append(found)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []


def lite_of(name):
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute(f"create table {name} (a integer)")
    connection.execute(f"insert into {name} values (5)")
    return connection


@pytest.mark.parametrize("engine", ["duckdb", "plain"])
def test_results_are_read_while_the_next_statement_runs(ask):
    connection = ask({"t": [{"a": number} for number in range(200)]})
    with connection.transaction(), connection.cursor("c") as cursor:
        cursor.itersize = 20
        cursor.execute("select a from t order by a")
        assert [connection.execute("select a from t where a = %s", row).fetchone() for row in cursor] == [(number,) for number in range(200)]


@pytest.mark.parametrize(
    "tables, wrong",
    [
        ({"t": 5}, TypeError),
        ({"t": {"a": [1, 2]}}, TypeError),
        ({"t": "text"}, TypeError),
        ({"": []}, TypeError),
        ({"public": {"t": []}, "t": []}, ValueError),
    ],
)
def test_what_is_no_table_is_refused_at_once(tables, wrong):
    with pytest.raises(wrong):
        trunkline.Tables(tables)


def test_coroutines_are_no_tables():
    async def later():
        return []

    with pytest.raises(TypeError, match="coroutine"):
        trunkline.Tables({"t": later})


def test_duckdb_cannot_tell_names_by_case():
    with pytest.raises(ValueError, match="case"):
        trunkline.Tables({"t": [], "T": []}, engine="duckdb")
    assert trunkline.Tables({"t": [], "T": []}, engine="plain")
    with pytest.raises(ValueError, match="system"):
        trunkline.Tables({"system": {"t": []}}, engine="duckdb")


def test_the_first_engine_that_is_installed():
    program = """
import sys
for name in {missing}:
    sys.modules[name] = None
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name in {missing} else find(name, *more)
import trunkline
print(type(trunkline.Tables({{"t": []}})._engine).__module__)
"""
    for missing, module in (([], "_duckdb"), (["duckdb"], "_datafusion"), (["duckdb", "datafusion", "pyarrow"], "_plain")):
        ended = subprocess.run([sys.executable, "-c", program.format(missing=missing)], capture_output=True, text=True, timeout=60)
        assert ended.stdout.strip() == f"trunkline.tables.{module}", ended.stderr
    with pytest.raises(ValueError, match="duckdb, datafusion, plain"):
        trunkline.Tables({}, engine="sqlite")


@pytest.mark.parametrize("engine", ["duckdb", "datafusion", "plain"])
def test_long_numbers_names_with_dots_and_functions_that_exit(engine, serve, connect):
    def exits():
        raise SystemExit(2)

    given = {"t": [{"n": 2**70}, {"n": 1}], "e": {"b.c": [{"x": 1}]}, "e.b": {"c": [{"x": 2}]}, "exits": exits}
    connection = connect(serve(trunkline.Tables(given, engine=engine)))
    assert connection.execute("select n from t where n > %s", (decimal.Decimal("1.5"),)).fetchall() == [(2**70,)]
    assert connection.execute('select x from e."b.c"').fetchone() == (1,)
    assert connection.execute('select x from "e.b".c').fetchone() == (2,)
    assert connection.execute("select count(*) from pg_class where relname = 'exits'").fetchone() == (1,)
    with pytest.raises(psycopg.errors.InternalError_, match="SystemExit"):
        connection.execute("select * from exits")
