"""Clients of other languages: what pgjdbc, node-postgres and tokio-postgres hear of a Python server, and what that hears of them."""

from __future__ import annotations

import os
import pathlib
import subprocess
import threading

import trunkline

HERE = pathlib.Path(__file__).parent
SAID = ["values are as sent", "error 22012 by us 8", "canceled 57014", "changed 1"]
COPIED = ["copied 2", "copy 1\tx;2\t\\N;"]


class Echo:
    """Answers with its parameter, as its type."""

    def __init__(self):
        self.asked = []
        self.heard = []
        self.copied = []

    def query(self, query):
        self.asked.append(query.sql)
        if query.sql.startswith("insert"):
            return "INSERT 0 1"
        if query.sql == "select fail":
            raise trunkline.Error("22012", "division by zero", detail="by us", position=8)
        if query.sql == "select hang":
            until_canceled = threading.Event()
            query.on_cancel(until_canceled.set)
            assert until_canceled.wait(60)
        if query.sql == "select rows":
            return [(1, "x"), (2, None)], ["a", "b"]
        return [(query.params[0],)], [("v", query.param_types[0])]

    def transaction(self, what):
        self.heard.append(what)

    def copy_in(self, copy):
        copy.declare([("a", "int4"), ("b", "text")])
        self.copied += copy


class Described(Echo):
    """Says its columns before it runs."""

    def describe(self, query):
        if query.param_types:
            return [("v", query.param_types[0])], query.param_types
        return NotImplemented


def asked_by(serve, *words, **environment):
    """What a program prints of two servers, and these."""
    described, echo = Described(), Echo()
    ports = [str(serve(handler, max_connections=110).port) for handler in (described, echo)]
    ended = subprocess.run([*words, *ports], capture_output=True, text=True, timeout=120, env={**os.environ, **environment})
    assert (ended.returncode, ended.stderr) == (0, "")
    # Nothing is run for its description.
    assert len(echo.asked) == 3
    assert described.asked.count("insert into t values (1)") == described.asked.count("insert into t values (2)") == 1
    assert described.heard[-4:] == ["begin", "commit", "begin", "rollback"]
    return ended.stdout.splitlines(), described


def test_pgjdbc(serve):
    said, server = asked_by(serve, "java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", os.environ["TRUNKLINE_PGJDBC"], str(HERE / "Asks.java"))
    assert said == [*SAID, *COPIED, "connections 100"]
    assert server.copied == [(1, "x"), (2, None)]
    assert server.asked.count("select $1 as v") == 15 * 4 + 100


def test_node_postgres(serve):
    said, server = asked_by(serve, "node", str(HERE / "asks.js"), NODE_PATH=os.environ["TRUNKLINE_NODE_PATH"])
    assert said == [*SAID, "connections 100"]
    assert server.asked.count("select $1::int4 as v") == 4 + 4 + 100


def test_tokio_postgres(serve):
    said, server = asked_by(serve, os.environ["TRUNKLINE_TOKIO_POSTGRES"])
    assert said == [*SAID, *COPIED, "undescribed 0A000", "connections 100"]
    assert server.copied == [(1, "x"), (2, None)]
    assert server.asked.count("select $1::int4 as v") == 2 + 2 + 100
