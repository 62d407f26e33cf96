"""Phases, pipelines and errors of both sides, without any I/O."""

from __future__ import annotations

import logging
import random

import pytest
from every_message import BACKEND, FRONTEND, backend_for, frontend_for

from trunkline import protocol as p


def logged_in() -> tuple[p.Frontend, p.Backend]:
    return p.Frontend(logged_in=True), p.Backend(logged_in=True)


def test_a_whole_conversation():
    client, server = p.Frontend(), p.Backend()
    assert client.phase == server.phase == p.Phase.STARTUP
    assert client.transaction_status is None
    (request,) = server.receive(client.send(p.SSLRequest()))
    assert server.phase == p.Phase.SSL_NEGOTIATION
    assert list(client.receive(server.send(p.SSLResponse(False)))) == [p.SSLResponse(False)]
    (startup,) = server.receive(client.send(p.StartupMessage({"user": "alice"}, (3, 2))))
    assert startup.parameters["user"] == "alice" and startup.version == (3, 2)
    list(client.receive(server.send(p.AuthenticationCleartextPassword())))
    assert client.phase == server.phase == p.Phase.PASSWORD
    (password,) = server.receive(client.send(p.PasswordMessage("sesame")))
    assert password == p.PasswordMessage("sesame")
    hello = server.send(p.AuthenticationOk(), p.BackendKeyData(1, b"1234"), p.ReadyForQuery())
    assert len(list(client.receive(hello))) == 3
    assert client.is_ready and server.is_ready and client.transaction_status == "I"
    pipeline = [p.Parse("", "select 1"), p.Bind(), p.Describe("P"), p.Execute(), p.Sync()]
    assert list(server.receive(client.send(*pipeline))) == pipeline
    assert client.pending_syncs == server.pending_syncs == 1
    assert client.phase == p.Phase.EXTENDED
    answer = server.send(
        p.ParseComplete(),
        p.BindComplete(),
        p.RowDescription([p.FieldDescription("x", 23)]),
        p.DataRow(["1"]),
        p.CommandComplete("SELECT 1"),
    )
    answer += server.send(p.ReadyForQuery("T"))
    assert len(list(client.receive(answer))) == 6
    assert client.is_ready and server.is_ready
    assert client.transaction_status == server.transaction_status == "T"
    assert list(server.receive(client.send(p.Terminate()))) == [p.Terminate()]
    assert client.phase == server.phase == p.Phase.CLOSED


def test_after_an_error_everything_is_skipped_to_the_sync():
    client, server = logged_in()
    wire = client.send(p.Parse("", "wrong"), p.Bind(), p.Execute(), p.Sync())
    seen = []
    for message in server.receive(wire):
        seen.append(message)
        if isinstance(message, p.Parse):
            reply = server.send(p.ErrorResponse("no", "42601"))
            assert server.phase == p.Phase.SKIPPING
    assert seen == [p.Parse("", "wrong"), p.Sync()]
    reply += server.send(p.ReadyForQuery())
    assert [type(m) for m in client.receive(reply)] == [p.ErrorResponse, p.ReadyForQuery]
    assert client.is_ready and server.is_ready


def test_a_batch_without_its_sync_is_not_ready():
    client, server = logged_in()
    list(server.receive(client.send(p.Parse(), p.Flush())))
    list(client.receive(server.send(p.ParseComplete())))
    assert not client.is_ready and not server.is_ready
    assert client.phase == p.Phase.EXTENDED


def test_data_of_a_copy_waits_until_it_is_known_to_be_data():
    client, server = logged_in()
    query, data = p.Query("copy t from stdin"), [p.CopyData(b"1\n"), p.CopyDone()]
    wire = query.to_wire() + b"".join(message.to_wire() for message in data)
    messages = server.receive(wire)
    assert next(messages) == query
    with pytest.raises(StopIteration):
        next(messages)
    client.send(query)
    list(client.receive(server.send(p.CopyInResponse())))
    assert client.phase == server.phase == p.Phase.COPY_IN
    client.send(*data)
    assert list(server.receive(b"")) == data
    list(client.receive(server.send(p.CommandComplete("COPY 1"), p.ReadyForQuery())))
    assert client.is_ready and server.is_ready


def test_a_copy_of_the_extended_protocol_ends():
    client, server = logged_in()
    list(server.receive(client.send(p.Bind(), p.Execute())))
    list(client.receive(server.send(p.BindComplete(), p.CopyInResponse())))
    list(server.receive(client.send(p.CopyData(b"1\n"), p.CopyDone(), p.Sync())))
    assert client.pending_syncs == server.pending_syncs == 1
    list(client.receive(server.send(p.CommandComplete("COPY 1"), p.ReadyForQuery())))
    assert client.is_ready and client.pending_syncs == 0


def test_a_sync_ahead_of_a_copy_means_nothing():
    client, server = logged_in()
    list(server.receive(client.send(p.Bind(), p.Execute(), p.Sync())))
    list(client.receive(server.send(p.BindComplete(), p.CopyInResponse())))
    list(server.receive(client.send(p.CopyDone())))
    list(client.receive(server.send(p.CommandComplete("COPY 0"))))
    for side in (client, server):
        assert side.phase == p.Phase.EXTENDED and not side.is_ready and side.pending_syncs == 0
    assert list(server.receive(client.send(p.Sync()))) == [p.Sync()]
    list(client.receive(server.send(p.ReadyForQuery())))
    assert client.is_ready and server.is_ready


def test_copy_data_after_an_error_is_not_written():
    client, server = logged_in()
    list(server.receive(client.send(p.Query("copy t from stdin"))))
    list(client.receive(server.send(p.CopyInResponse())))
    list(client.receive(server.send(p.ErrorResponse("no"), p.ReadyForQuery())))
    assert client.send(p.CopyData(b"late"), p.CopyDone()) == b""
    assert list(server.receive(p.CopyData(b"late").to_wire())) == []


def test_what_must_not_be_sent_changes_nothing():
    client, server = logged_in()
    with pytest.raises(p.LocalProtocolError, match="DataRow must not be sent in the phase Idle"):
        server.send(p.DataRow())
    with pytest.raises(p.LocalProtocolError, match="a Backend does not send Query"):
        server.send(p.Query("x"))
    with pytest.raises(p.LocalProtocolError):
        client.send(p.Query("x"), p.PasswordMessage("x"))
    assert client.is_ready and client.send(p.Query("x")) == p.Query("x").to_wire()
    with pytest.raises(TypeError):
        client.send("select 1")


def test_many_rows_at_once():
    client, server = logged_in()
    list(server.receive(client.send(p.Query("x"))))
    with pytest.raises(p.LocalProtocolError):
        server.send_rows([["1"]])
    wire = server.send(p.RowDescription())
    rows = [["1", None], (b"2", "é"), iter([bytearray(b"3"), ""])]
    sent = server.send_rows(iter(rows))
    expected = [[b"1", None], [b"2", "é"], [b"3", b""]]
    assert sent == b"".join(p.DataRow(row).to_wire() for row in expected)
    assert server.send_rows([]) == b""
    assert len(list(client.receive(wire + sent))) == 4
    for wrong in ([[1]], [3], ["text"], [[b""] * 32768]):
        with pytest.raises((TypeError, p.LocalProtocolError)):
            server.send_rows([["fine"], *wrong])


def test_a_lenient_connection_logs(caplog):
    server = p.Backend(logged_in=True, strict=False)
    with caplog.at_level(logging.WARNING, "trunkline.protocol"):
        assert server.send(p.DataRow()) == p.DataRow().to_wire()
        message = p.PasswordMessage("late")
        assert list(server.receive(message.to_wire())) == [message]
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    assert "DataRow must not be sent in the phase Idle" in caplog.text


@pytest.mark.parametrize(
    ("wire", "sqlstate", "fatal", "is_silent"),
    [
        (b"P\0\0\0\x05x", "08P01", False, False),
        (b"D\0\0\0\x06X\0", "08P01", False, False),
        (b"B\0\0\0\x0e\0\0\0\0\0\1\xff\xff\xff\xfe", "08P01", False, False),
        (b"Q\0\0\0\x05x", "08P01", False, False),
        (b"Q\0\0\0\x03", "08P01", True, True),
        (b"Q\xff\xff\xff\xff", "08P01", True, True),
        (b"Q\x7f\xff\xff\xff", "08P01", True, True),
        (b"S\0\1\0\0", "08P01", True, True),
        (b"?", "08P01", True, False),
        (b"p\0\0\0\5\0", "08P01", True, False),
    ],
)
def test_a_backend_knows_what_to_answer(wire, sqlstate, fatal, is_silent):
    server = p.Backend(logged_in=True)
    with pytest.raises(p.RemoteProtocolError) as caught:
        list(server.receive(wire))
    error = caught.value
    assert (error.sqlstate, error.fatal, error.reply is None) == (sqlstate, fatal, is_silent)
    # It is told once.
    assert list(server.receive(b"")) == []
    if fatal:
        assert server.phase == p.Phase.CLOSED
        assert list(server.receive(p.Query("x").to_wire())) == []
    else:
        assert p.ErrorResponse in type(error.reply).__mro__
        server.send(error.reply)
        assert list(server.receive(p.Sync().to_wire())) in ([p.Sync()], [])


def test_before_the_login_everything_is_small():
    for wire in (b"\x7f\xff\xff\xff", b"\0\0\x27\x15", b"\0\0\0\7", b"\xff\xff\xff\xff"):
        server = p.Backend()
        with pytest.raises(p.RemoteProtocolError) as caught:
            list(server.receive(wire))
        assert caught.value.reply is None
    server = p.Backend(limits=p.Limits(startup=100))
    with pytest.raises(p.RemoteProtocolError):
        list(server.receive(p.StartupMessage({"user": "u" * 100}).to_wire()[:4]))
    server = backend_for(p.SASLInitialResponse("x"))
    with pytest.raises(p.RemoteProtocolError):
        list(server.receive(b"p\0\0\x04\x01"))
    server = backend_for(p.PasswordMessage("x"))
    with pytest.raises(p.RemoteProtocolError, match="expected password response, got message type 81"):
        list(server.receive(b"Q"))


def test_an_old_version_is_told():
    server = p.Backend()
    with pytest.raises(p.RemoteProtocolError) as caught:
        list(server.receive(b"\0\0\0\x08\0\2\0\0"))
    assert caught.value.sqlstate == "0A000"
    assert caught.value.reply.severity == "FATAL"


def test_nothing_in_clear_may_follow_a_request_for_encryption():
    server = p.Backend()
    list(server.receive(p.SSLRequest().to_wire() + p.StartupMessage({"user": "m"}).to_wire()))
    with pytest.raises(p.RemoteProtocolError, match="unencrypted data"):
        server.send(p.SSLResponse(True))
    client = p.Frontend()
    client.send(p.SSLRequest())
    with pytest.raises(p.RemoteProtocolError, match="unencrypted data"):
        list(client.receive(b"SX"))


def test_a_query_in_a_copy_is_an_error_and_then_the_end():
    server = backend_for(p.CopyData(b""))
    wire = p.Query("x").to_wire()
    with pytest.raises(p.RemoteProtocolError, match="0x51 during COPY from stdin") as caught:
        list(server.receive(wire))
    assert not caught.value.fatal
    server.send(caught.value.reply)
    with pytest.raises(p.RemoteProtocolError, match="synchronization was lost") as caught:
        list(server.receive(b""))
    assert caught.value.fatal


def test_a_frontend_ends_at_what_must_not_come():
    client = p.Frontend(logged_in=True)
    with pytest.raises(p.RemoteProtocolError, match="DataRow must not come in the phase Idle") as caught:
        list(client.receive(p.DataRow().to_wire()))
    assert caught.value.fatal and caught.value.reply is None
    assert client.phase == p.Phase.CLOSED


def test_a_dropped_message_is_not_kept():
    client, server = logged_in()
    list(server.receive(p.Parse().to_wire()))
    server.send(p.ErrorResponse("no"))
    list(server.receive(b"P\x3f\xff\xff\xf0"))
    for _ in range(100):
        list(server.receive(bytes(65536)))
        assert server.buffered == 0


def test_trace_is_that_of_libpq():
    lines: list[str] = []
    client, server = p.Frontend(trace=lines.append), p.Backend()
    list(server.receive(client.send(p.StartupMessage({"user": "alice"}))))
    list(client.receive(server.send(p.AuthenticationOk(), p.ReadyForQuery())))
    client.send(p.Query("select 1"))
    assert lines == [
        'F\t20\tStartupMessage\t 3 0 "user" "alice"',
        "B\t8\tAuthenticationOk",
        "B\t5\tReadyForQuery\t I",
        'F\t13\tQuery\t "select 1"',
    ]


def test_whatever_comes_is_a_message_or_a_remote_error():
    dice = random.Random(7)
    messages = [(frontend_for, message) for message in BACKEND]
    messages += [(backend_for, message) for message in FRONTEND]
    count = 0
    for _ in range(400):
        for make, message in messages:
            wire = bytearray(message.to_wire())
            for _ in range(dice.randint(1, 3)):
                wire[dice.randrange(len(wire))] = dice.choice([0, 1, 4, 127, 128, 255, dice.randrange(256)])
            connection = make(message)
            try:
                for received in connection.receive(bytes(wire) * 2):
                    repr(received)
            except p.RemoteProtocolError as error:
                repr(error.reply)
            count += 1
    assert count > 20000
