"""`prepare` of handlers: called once for each statement that is prepared."""

from __future__ import annotations

import asyncio
import gc
import weakref
from typing import Any

import asyncpg
import psycopg

import trunkline


class Plan:
    def __init__(self, query: trunkline.Query) -> None:
        self.sql = query.sql
        self.types = query.param_types


class Planner:
    def __init__(self) -> None:
        self.prepared: list[str] = []
        self.plans: weakref.WeakSet[Plan] = weakref.WeakSet()

    def prepare(self, query: trunkline.Query) -> Plan:
        assert query.describing and query.prepared is None
        if "nonsense" in query.sql:
            raise trunkline.Error("42601", "that is nonsense", position=1)
        self.prepared.append(query.sql)
        plan = Plan(query)
        self.plans.add(plan)
        return plan

    def describe(self, query: trunkline.Query) -> Any:
        return [("sql", "text"), ("types", "text")]

    def query(self, query: trunkline.Query) -> Any:
        return [(query.prepared.sql, str(query.prepared.types))], ["sql", "types"]


def test_a_prepared_statement_is_prepared_once() -> None:
    planner = Planner()

    async def ask(dsn: str) -> list[Any]:
        connection = await asyncpg.connect(dsn)
        statement = await connection.prepare("select $1::int")
        rows = [tuple(await statement.fetchrow(n)) for n in range(3)]
        await connection.close()
        return rows

    with trunkline.Server(planner, "127.0.0.1:0") as server:
        assert asyncio.run(ask(server.dsn)) == [("select $1::int", "['integer']")] * 3
    assert planner.prepared == ["select $1::int"]


def test_simple_queries_are_prepared_too() -> None:
    planner = Planner()
    with trunkline.Server(planner, "127.0.0.1:0") as server, psycopg.connect(server.dsn, autocommit=True) as connection:
        cursor = psycopg.ClientCursor(connection)
        assert cursor.execute("select 1").fetchone() == ("select 1", "[]")
        assert cursor.execute("select 2").fetchone() == ("select 2", "[]")
    assert planner.prepared == ["select 1", "select 2"]


def test_a_statement_is_refused_when_it_is_prepared() -> None:
    planner = Planner()
    with trunkline.Server(planner, "127.0.0.1:0") as server, psycopg.connect(server.dsn, autocommit=True) as connection:
        prepared = connection.pgconn.prepare(b"s", b"nonsense")
        assert prepared.error_field(psycopg.pq.DiagnosticField.SQLSTATE) == b"42601"
        assert connection.execute("select 1").fetchone() == ("select 1", "[]")


def test_a_closed_statement_is_forgotten() -> None:
    planner = Planner()
    with trunkline.Server(planner, "127.0.0.1:0") as server, psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("prepare s as select 1")
        connection.execute("deallocate s")
        connection.execute("select 2")
    # The server has ended, and freed what it had, aside.
    for _ in range(200):
        gc.collect()
        if not planner.plans:
            break
        asyncio.run(asyncio.sleep(0.05))
    assert not planner.plans


def test_prepare_may_be_a_coroutine() -> None:
    class Session:
        async def prepare(self, query: trunkline.Query) -> str:
            await asyncio.sleep(0)
            return query.sql.upper()

        async def query(self, query: trunkline.Query) -> Any:
            return [{"prepared": query.prepared}]

    with trunkline.Server(Session, "127.0.0.1:0") as server, psycopg.connect(server.dsn) as connection:
        assert connection.execute("select x").fetchone() == ("SELECT X",)


def test_functions_of_statements_do_without() -> None:
    planner = Planner()
    insert = {"INSERT": lambda query: "INSERT 0 1" if query.prepared is None else "INSERT 0 2"}
    with trunkline.Server(planner, "127.0.0.1:0", statements=insert) as server:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            assert connection.execute("insert into t values (1)").rowcount == 1
    assert planner.prepared == []


