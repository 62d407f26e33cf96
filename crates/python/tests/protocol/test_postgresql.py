"""`Frontend` against PostgreSQL itself: what it says in earnest is read, whatever way it is cut."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from client import SERVERS, Client

from trunkline import protocol as p


@pytest.fixture(params=SERVERS)
def address(request: pytest.FixtureRequest) -> tuple[str, int]:
    host, port = request.param.split(":")
    return host, int(port)


@pytest.fixture
def client(address: tuple[str, int]) -> Iterator[Client]:
    client = Client(address, "postgres", "postgres")
    yield client
    client.close()


def kinds(messages: list[p.Message]) -> list[str]:
    return [type(message).__name__ for message in messages]


def test_login_tells_settings_and_a_key(client):
    assert client.key is not None and len(client.key.key) == 4
    assert client.connection.is_ready and client.connection.transaction_status == "I"


def test_simple_queries(client):
    replies = client.ask(p.Query("begin; select 1 as one, null, 'é'; select"))
    assert kinds(replies) == [
        "CommandComplete",
        "RowDescription",
        "DataRow",
        "CommandComplete",
        "RowDescription",
        "DataRow",
        "CommandComplete",
        "ReadyForQuery",
    ]
    assert replies[1].fields[0] == p.FieldDescription("one", 23, 4)
    assert replies[2] == p.DataRow([b"1", None, "é"])
    assert client.connection.transaction_status == "T"
    replies = client.ask(p.Query("select wrong"))
    assert kinds(replies) == ["ErrorResponse", "ReadyForQuery"]
    assert replies[0].sqlstate == "42703" and replies[0].get("P") == "8"
    assert client.connection.transaction_status == "E"
    assert client.ask(p.Query("")) == [p.EmptyQueryResponse(), p.ReadyForQuery("E")]


def test_a_pipeline_with_an_error_in_it(client):
    replies = client.ask(
        p.Parse("s", "select $1::int4 + 1"),
        p.Describe("S", "s"),
        p.Bind("", "s", [b"41"]),
        p.Describe("P"),
        p.Execute("", 1),
        p.Close("S", "s"),
        p.Sync(),
    )
    assert kinds(replies) == [
        "ParseComplete",
        "ParameterDescription",
        "RowDescription",
        "BindComplete",
        "RowDescription",
        "DataRow",
        "PortalSuspended",
        "CloseComplete",
        "ReadyForQuery",
    ]
    assert replies[1] == p.ParameterDescription([23])
    client.send(p.Parse("", "wrong"), p.Bind(), p.Execute(), p.Sync())
    client.send(p.Parse("", "select 1"), p.Bind(), p.Execute(), p.Sync())
    assert client.connection.pending_syncs == 2
    assert kinds(list(client.replies())) == ["ErrorResponse", "ReadyForQuery"]
    assert client.connection.pending_syncs == 1 and not client.connection.is_ready
    assert kinds(list(client.replies()))[-2:] == ["CommandComplete", "ReadyForQuery"]
    assert client.connection.is_ready


def test_copy_in_and_out(client):
    client.ask(p.Query("create temp table t (a int, b text)"))
    client.send(p.Query("copy t from stdin"))
    replies = client.replies()
    assert next(replies) == p.CopyInResponse(0, [0, 0])
    client.send(p.CopyData(b"1\to"), p.CopyData(b"ne\n2\t\\N\n"), p.CopyDone())
    assert list(replies) == [p.CommandComplete("COPY 2"), p.ReadyForQuery()]
    replies = client.ask(p.Query("copy t to stdout"))
    assert replies[1:4] == [p.CopyData(b"1\tone\n"), p.CopyData(b"2\t\\N\n"), p.CopyDone()]
    client.send(p.Query("copy t from stdin"))
    replies = client.replies()
    next(replies)
    client.send(p.CopyFail("enough"))
    error, _ = replies
    assert error.sqlstate == "57014" and "enough" in error.message


def test_a_copy_of_the_extended_protocol(client):
    client.ask(p.Query("create temp table t (a int)"))
    client.send(p.Parse("", "copy t from stdin"), p.Bind(), p.Execute(), p.Flush())
    replies = client.replies()
    assert kinds([next(replies) for _ in range(3)])[2] == "CopyInResponse"
    client.send(p.CopyData(b"1\n"), p.CopyDone(), p.Sync())
    assert list(replies) == [p.CommandComplete("COPY 1"), p.ReadyForQuery()]
    assert client.connection.is_ready


def test_words_between(client):
    replies = client.ask(p.Query("listen c; notify c, 'p'; do $$ begin raise notice 'n'; end $$"))
    assert "NotificationResponse" in kinds(replies)
    notice = next(reply for reply in replies if isinstance(reply, p.NoticeResponse))
    assert (notice.severity, notice.message) == ("NOTICE", "n")
    assert client.ask(p.FunctionCall(1317, ["four"], [0], 0))[0] == p.FunctionCallResponse(b"4")


def test_all_it_has_said_may_be_cut_anywhere(client):
    client.ask(p.Query("select g, repeat('x', g) from generate_series(1, 50) g; select wrong"))
    whole = list(replay(client.seen, len(client.seen)))
    for size in (1, 2, 3, 5, 64):
        assert list(replay(client.seen, size)) == whole


def replay(seen: bytes, size: int) -> Iterator[p.Message]:
    frontend = p.Frontend()
    frontend.send(p.StartupMessage({"user": "postgres"}))
    frontend_sent = False
    for place in range(0, len(seen), size):
        for message in frontend.receive(seen[place : place + size]):
            yield message
            if isinstance(message, p.ReadyForQuery) and not frontend_sent:
                frontend_sent = True
                frontend.send(p.Query("the same"))


@pytest.mark.parametrize("method", ["scram-sha-256", "md5"])
def test_verifiers_are_those_of_postgresql(address, method):
    with psycopg.connect(host=address[0], port=address[1], user="postgres", autocommit=True) as pg:
        role = f"codec_{method[:3]}_{pg.info.backend_pid}"
        pg.execute(f"set password_encryption = '{method}'")
        pg.execute(f"create role {role} login password 'sésame'")
        try:
            query = "select rolpassword from pg_authid where rolname = %s"
            ((secret,),) = pg.execute(query, [role]).fetchall()
        finally:
            pg.execute(f"drop role {role}")
    if method == "md5":
        assert p.md5_password(role, "sésame", b"1234").startswith("md5")
        return
    server = p.ScramServer(p.ScramVerifier.parse(secret))
    client = p.ScramClient(server.request().mechanisms)
    proof = client.respond(server.challenge(client.first()), "sésame")
    client.finish(server.finish(proof))
