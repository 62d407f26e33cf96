"""A handler that lets its clients in by itself."""

from __future__ import annotations

import weakref

import psycopg
import pytest

import trunkline

ALIVE: weakref.WeakSet[Guarded] = weakref.WeakSet()


class Guarded:
    def __init__(self):
        ALIVE.add(self)
        self.said = []

    def authenticate(self, login):
        self.said.append(f"{login.user} at {login.server_name}")
        return login.password == "secret"

    def connect(self, connection):
        self.said.append(f"connected at {connection.server_name}")

    def query(self, query):
        return [{"said": text} for text in self.said]


class GuardedLater(Guarded):
    async def authenticate(self, login):
        return super().authenticate(login)


@pytest.mark.parametrize("thread", ["pool", "connection"])
@pytest.mark.parametrize("handler", [Guarded, GuardedLater])
def test_the_instance_that_let_a_client_in_serves_it(serve, connect, certificate, handler, thread):
    server = serve(handler, tls=certificate, thread=thread)
    named = {"host": "localhost", "hostaddr": "127.0.0.1", "sslmode": "require"}
    ann = connect(server, user="ann", password="secret", **named)
    bob = connect(server, user="bob", password="secret", sslmode="require")
    assert ann.execute("x").fetchall() == [("ann at localhost",), ("connected at localhost",)]
    # An address is no name.
    assert bob.execute("x").fetchall() == [("bob at None",), ("connected at None",)]


def test_who_is_turned_away_leaves_nothing(serve, connect, certificate):
    server = serve(Guarded, tls=certificate)
    before = len(ALIVE)
    for _ in range(3):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            connect(server, user="ann", password="wrong", sslmode="require")
    welcome = connect(server, user="ann", password="secret", sslmode="require")
    assert len(welcome.execute("x").fetchall()) == 2
    server.stop()
    assert len(ALIVE) <= before


def test_an_object_may_decide_for_all(serve, connect):
    class Shared:
        def authenticate(self, login):
            return login.user == "ann"

        def query(self, query):
            return [{"n": 1}]

    server = serve(Shared(), insecure=True)
    assert connect(server, user="ann", password="p").execute("x").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(server, user="bob", password="p")
    with pytest.raises(ValueError, match="authenticate decides alone"):
        trunkline.Server(Shared(), "127.0.0.1:0", users={"ann": "p"}).start()
