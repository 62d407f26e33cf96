"""Functions that answer some statements in the place of the handler."""

from __future__ import annotations

import asyncio
import subprocess

import asyncpg
import psycopg
import pytest

import trunkline
from trunkline.duckdb import DuckDB


def handler(query):
    return [{"said": "the handler"}]


class Plain:
    def query(self, query):
        return handler(query)


class Later(Plain):
    async def connect(self, connection):
        await asyncio.sleep(0)

    async def query(self, query):
        return handler(query)


class Describes(Plain):
    def describe(self, query):
        return [("said", "text")]


def psql(server, *statements):
    words = [word for sql in statements for word in ("-c", sql)]
    ended = subprocess.run(["psql", "-X", "-At", server.dsn, *words], capture_output=True, text=True, timeout=30)
    return ended.stdout + ended.stderr


@pytest.mark.parametrize("given", [handler, Plain, Plain(), Later, Describes(), Describes])
def test_statements_are_answered_by_their_function(given, serve, connect):
    server = serve(given, statements={"insert": lambda query: f"INSERT 0 {len(query.params)}"})
    connection = connect(server)
    assert connection.execute("with a as (select 1) insert into t values (%s, %s)", (1, 2)).statusmessage == "INSERT 0 2"
    assert connection.execute("/* insert */ update t set a = 1 returning 'insert'").fetchone() == ("the handler",)
    assert psql(server, "insert into t values (1)", "select insert") == "INSERT 0 0\nthe handler\n"


def test_they_come_after_the_start(serve, connect):
    server = serve(handler)
    connection = connect(server)
    assert connection.execute("vacuum t").fetchone() == ("the handler",)

    @server.statement("VACUUM")
    async def vacuum(query):
        await asyncio.sleep(0)
        query.connection.notice("swept")
        return "VACUUM"

    @server.statement("SUMMARIZE")
    def summarize(query):
        return [{"rows": 5}]

    asked = ("vacuum t", "-- of all\n/* the tables */ summarize t", "summary t")
    assert psql(server, *asked) == "VACUUM\n5\nthe handler\nNOTICE:  swept\n"
    assert connection.execute("vacuum (full) t").statusmessage == "VACUUM"
    assert vacuum.__name__ == "vacuum"


def test_more_words_go_first(serve, connect):
    known = {"CREATE": lambda query: "ANY", "create  table": lambda query: "TABLE", "show me": lambda query: "ME"}
    connection = connect(serve(handler, statements=known))
    tags = [connection.execute(sql).statusmessage for sql in ("create view v as select 1", "create temp table t (a int)")]
    assert tags == ["ANY", "TABLE"]


def test_asyncpg_has_no_descriptions_to_wait_for(serve):
    seen = []

    def insert(query):
        seen.append(query.params)
        return "INSERT 0 1"

    async def ask(server):
        connection = await asyncpg.connect(server.dsn)
        assert await connection.execute("insert into t values ($1::int)", 5) == "INSERT 0 1"
        assert await connection.fetchval("select $1", "x") == "the handler"
        await connection.close()

    for given in (Describes, Describes()):
        asyncio.run(ask(serve(given, statements={"INSERT": insert})))
    assert seen == [[5], [5]]


def test_an_engine_has_its_own_catalog_and_looks_anew(serve, connect):
    db = DuckDB(init=["create table t (a int)"])
    server = serve(db)
    server.statement("INSERT")(lambda query: (_ for _ in ()).throw(trunkline.Error("42501", "nobody writes here")))
    connection = connect(server)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("insert into t values (1)")
    assert connection.execute("select to_regclass('t')::text, to_regclass('later')").fetchone() == ("t", None)
    db._db.execute("create table later (b int)")
    server.refresh()
    assert connection.execute("select to_regclass('later')::text").fetchone() == ("later",)


@pytest.mark.parametrize("words, answer, wrong", [("", handler, ValueError), ("INSERT", "x", TypeError)])
def test_what_is_no_function_is_refused(words, answer, wrong):
    with pytest.raises(wrong):
        trunkline.Server(handler, statements={words: answer})
