"""`trunkline.compat.pygwire` beside pygwire itself: the same messages, the same phases, a program for it."""

from __future__ import annotations

import dataclasses
import socket
import threading

import psycopg
import pygwire
import pygwire.constants as their_constants
import pygwire.framing as their_framing
import pygwire.messages as theirs
import pytest
from client import SERVERS

import trunkline.compat.pygwire as ours_top
import trunkline.compat.pygwire.constants as ours_constants
import trunkline.compat.pygwire.messages as ours
from trunkline.compat.pygwire import ConnectionPhase as P
from trunkline.compat.pygwire import framing

FIELD = {"name": "x", "table_oid": 7, "column_attr": 1, "type_oid": 23, "type_size": 4, "type_modifier": -1}
MADE = [
    ("StartupMessage", {"params": {"user": "alice"}, "protocol_version": 0x00030002}),
    ("SSLRequest", {}),
    ("GSSEncRequest", {}),
    ("CancelRequest", {"process_id": 3, "secret_key": b"1234"}),
    ("SSLResponse", {"accepted": False}),
    ("GSSResponse", {"accepted": True}),
    ("AuthenticationOk", {}),
    ("AuthenticationKerberosV5", {}),
    ("AuthenticationCleartextPassword", {}),
    ("AuthenticationMD5Password", {"salt": b"1234"}),
    ("AuthenticationGSS", {}),
    ("AuthenticationGSSContinue", {"data": b"x"}),
    ("AuthenticationSSPI", {}),
    ("AuthenticationSASL", {"mechanisms": ["A", "B"]}),
    ("AuthenticationSASLContinue", {"data": b"x"}),
    ("AuthenticationSASLFinal", {"data": b"x"}),
    ("PasswordMessage", {"password": "é"}),
    ("SASLInitialResponse", {"mechanism": "A", "data": b"x"}),
    ("SASLInitialResponse", {"mechanism": "A"}),
    ("SASLResponse", {"data": b"x"}),
    ("Query", {"query_string": "select 'é'"}),
    ("RowDescription", {"fields": [FIELD]}),
    ("DataRow", {"columns": [b"1", None, b""]}),
    ("CommandComplete", {"tag": "SELECT 1"}),
    ("ReadyForQuery", {"status": "T"}),
    ("EmptyQueryResponse", {}),
    ("Parse", {"statement": "s", "query": "q", "param_types": [23]}),
    ("Bind", {"portal": "p", "statement": "s", "param_formats": [1], "param_values": [b"1", None], "result_formats": [0]}),
    ("Describe", {"kind": "P", "name": "p"}),
    ("Execute", {"portal": "p", "max_rows": 5}),
    ("Close", {"kind": "S", "name": "s"}),
    ("Sync", {}),
    ("Flush", {}),
    ("ParseComplete", {}),
    ("BindComplete", {}),
    ("CloseComplete", {}),
    ("NoData", {}),
    ("PortalSuspended", {}),
    ("ParameterDescription", {"type_oids": [23, 25]}),
    ("CopyData", {"data": b"1\n"}),
    ("CopyDone", {}),
    ("CopyFail", {"error_message": "no"}),
    ("CopyInResponse", {"overall_format": 1, "col_formats": [1, 1]}),
    ("CopyOutResponse", {"overall_format": 0, "col_formats": [0]}),
    ("NotificationResponse", {"process_id": 3, "channel": "c", "payload": "p"}),
    ("NoticeResponse", {"fields": {"S": "NOTICE", "C": "00000", "M": "well"}}),
    ("ErrorResponse", {"fields": {"S": "ERROR", "C": "42601", "M": "no"}}),
    ("ParameterStatus", {"name": "n", "value": "v"}),
    ("BackendKeyData", {"process_id": 3, "secret_key": b"1234"}),
    ("FunctionCall", {"function_oid": 9, "arg_formats": [1], "arguments": [b"x", None], "result_format": 1}),
    ("FunctionCallResponse", {"result": b"x"}),
    ("Terminate", {}),
    ("NegotiateProtocolVersion", {"newest_minor": 0x00030002, "unrecognized": ["_pq_.x"]}),
]


def make(module, name, fields):
    fields = dict(fields)
    if name == "RowDescription":
        fields["fields"] = [module.FieldDescription(**field) for field in fields["fields"]]
    if name == "ReadyForQuery":
        top = ours_top if module is ours else pygwire
        fields["status"] = top.TransactionStatus(fields["status"])
    return getattr(module, name)(**fields)


def test_every_name_is_there():
    assert {name for name, _ in MADE} | {"Authentication", "FieldDescription"} >= {
        name for name in theirs.__all__ if name[0].isupper() and not name.endswith("REGISTRY")
    } - {"PGMessage", "FrontendMessage", "BackendMessage", "CommonMessage", "SpecialMessage"}
    assert set(theirs.__all__) <= set(ours.__all__)
    assert set(pygwire.__all__) <= set(ours_top.__all__)


@pytest.mark.parametrize(("name", "fields"), MADE, ids=[name for name, _ in MADE])
def test_both_write_and_read_the_same(name, fields):
    mine, other = make(ours, name, fields), make(theirs, name, fields)
    assert mine.to_wire() == other.to_wire()
    assert mine.encode() == other.encode()
    assert mine.identifier == other.identifier
    read, expected = type(mine).decode(memoryview(mine.encode())), type(other).decode(memoryview(other.encode()))
    assert read == mine
    assert dataclasses.asdict(read) == dataclasses.asdict(expected)


CONVERSATIONS = [
    [
        ("F", "SSLRequest", {}),
        ("B", "SSLResponse", {"accepted": False}),
        ("F", "StartupMessage", {"params": {"user": "alice"}}),
        ("B", "AuthenticationSASL", {"mechanisms": ["SCRAM-SHA-256"]}),
        ("F", "SASLInitialResponse", {"mechanism": "SCRAM-SHA-256", "data": b"x"}),
        ("B", "AuthenticationSASLContinue", {"data": b"x"}),
        ("F", "SASLResponse", {"data": b"x"}),
        ("B", "AuthenticationSASLFinal", {"data": b"x"}),
        ("B", "AuthenticationOk", {}),
        ("B", "ParameterStatus", {"name": "n", "value": "v"}),
        ("B", "ReadyForQuery", {"status": "I"}),
        ("F", "Query", {"query_string": "select 1"}),
        ("B", "RowDescription", {"fields": [FIELD]}),
        ("B", "DataRow", {"columns": [b"1"]}),
        ("B", "CommandComplete", {"tag": "SELECT 1"}),
        ("B", "ReadyForQuery", {"status": "T"}),
        ("F", "Query", {"query_string": "copy t from stdin"}),
        ("B", "CopyInResponse", {}),
        ("F", "CopyData", {"data": b"1\n"}),
        ("F", "CopyDone", {}),
        ("B", "CommandComplete", {"tag": "COPY 1"}),
        ("B", "ReadyForQuery", {"status": "T"}),
        ("F", "Terminate", {}),
    ],
    [
        ("F", "StartupMessage", {"params": {"user": "alice"}}),
        ("B", "AuthenticationMD5Password", {"salt": b"1234"}),
        ("F", "PasswordMessage", {"password": "x"}),
        ("B", "AuthenticationOk", {}),
        ("B", "ReadyForQuery", {"status": "I"}),
        ("F", "Parse", {}),
        ("F", "Bind", {}),
        ("F", "Execute", {}),
        ("F", "Sync", {}),
        ("F", "Parse", {}),
        ("F", "Sync", {}),
        ("B", "ParseComplete", {}),
        ("B", "BindComplete", {}),
        ("B", "CommandComplete", {"tag": "SELECT 0"}),
        ("B", "ReadyForQuery", {"status": "I"}),
        ("B", "ErrorResponse", {"fields": {"S": "ERROR", "M": "no"}}),
        ("B", "ReadyForQuery", {"status": "I"}),
        ("F", "FunctionCall", {}),
        ("B", "FunctionCallResponse", {}),
        ("B", "ReadyForQuery", {"status": "I"}),
    ],
    [
        ("F", "StartupMessage", {"params": {"user": "alice"}}),
        ("B", "AuthenticationCleartextPassword", {}),
        ("F", "PasswordMessage", {"password": "x"}),
        ("B", "ErrorResponse", {"fields": {"S": "FATAL", "M": "no"}}),
    ],
]


@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_both_stand_in_the_same_phases(conversation):
    def phases(top, module):
        front, back = top.FrontendConnection(), top.BackendConnection()
        machine = top.BackendStateMachine()
        for sender, name, fields in conversation:
            message = make(module, name, fields)
            one, two = (front, back) if sender == "F" else (back, front)
            received = list(two.receive(one.send(message)))
            assert [type(item) for item in received] == [type(message)]
            (machine.receive if sender == "F" else machine.send)(message)
            for side in (front, back, machine):
                yield name, side.phase.name, side.is_ready, side.is_active, side.pending_syncs

    assert list(phases(ours_top, ours)) == list(phases(pygwire, theirs))


def test_decoders_read_in_the_phase_they_are_told():
    def read(top, module):
        decoder = top.FrontendMessageDecoder()
        wire = module.StartupMessage(params={"user": "x"}).to_wire()
        for place in range(len(wire)):
            decoder.feed(wire[place : place + 1])
        yield from (dataclasses.asdict(message) for message in decoder)
        decoder.feed(module.PasswordMessage(password="x").to_wire())
        decoder.phase = top.ConnectionPhase.AUTHENTICATING
        yield from (dataclasses.asdict(message) for message in decoder)
        decoder.phase = top.ConnectionPhase.READY
        decoder.feed(module.Query("select 1").to_wire() + b"Q")
        yield from (dataclasses.asdict(message) for message in decoder)
        yield decoder.buffered

    assert list(read(ours_top, ours)) == list(read(pygwire, theirs))


def test_errors_are_of_its_tree_and_told_once():
    server = ours_top.BackendConnection(initial_phase=P.READY)
    with pytest.raises(ours_top.StateMachineError, match="Cannot send DataRow in phase READY"):
        server.send(ours.DataRow())
    with pytest.raises(ours_top.FramingError):
        list(server.receive(b"?"))
    assert list(server.receive(b"")) == []
    server = ours_top.BackendConnection(initial_phase=P.READY)
    with pytest.raises(ours_top.DecodingError):
        list(server.receive(b"D\0\0\0\4"))
    with pytest.raises(ours_top.DecodingError):
        ours.ReadyForQuery.decode(b"Q")
    assert issubclass(ours_top.StateMachineError, ours_top.PygwireError)


def relay(source, sink, receiving, sending):
    """One direction of a proxy, as programs for pygwire are written."""
    while data := source.recv(65536):
        for message in receiving.receive(data):
            sink.sendall(sending.send(message))
    sink.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("server", SERVERS)
def test_a_proxy_before_postgresql(server):
    host, port = server.split(":")
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        client, _ = listener.accept()
        upstream = socket.create_connection((host, int(port)))
        back, front = ours_top.BackendConnection(), ours_top.FrontendConnection()
        other = threading.Thread(target=relay, args=(upstream, client, front, back), daemon=True)
        other.start()
        relay(client, upstream, back, front)
        other.join(10)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    address = listener.getsockname()
    with psycopg.connect(
        host=address[0], port=address[1], user="postgres", sslmode="disable", gssencmode="disable"
    ) as connection:
        assert connection.execute("select %s::int + 1", [41]).fetchone() == (42,)
        connection.execute("create temp table t (a int)")
        with connection.cursor().copy("copy t from stdin") as copy:
            copy.write("1\n2\n")
        assert connection.execute("select count(*) from t").fetchone() == (2,)
        with pytest.raises(psycopg.errors.UndefinedColumn):
            connection.execute("select wrong")
        connection.rollback()
        rows = connection.execute("select g, repeat('x', 100) from generate_series(1, 20000) g")
        assert len(rows.fetchall()) == 20000
    thread.join(10)
    assert not thread.is_alive()


FRONT, BACK = "frontend", "backend"
CUT = [
    ("StartupMessage", {"params": {"user": "alice"}}, "STARTUP", FRONT),
    ("SSLRequest", {}, "STARTUP", FRONT),
    ("Query", {"query_string": "select 1"}, "READY", FRONT),
    ("CommandComplete", {"tag": "SELECT 1"}, "SIMPLE_QUERY", BACK),
    ("SSLResponse", {"accepted": True}, "SSL_NEGOTIATION", BACK),
]


@pytest.mark.parametrize("name, fields, phase, sender", CUT, ids=[name for name, *_ in CUT])
def test_messages_are_cut_out_of_bytes_as_by_pygwire(name, fields, phase, sender):
    wire = getattr(theirs, name)(**fields).to_wire()
    for module, phases in ((their_framing, pygwire.ConnectionPhase), (framing, P)):
        direction = ours_constants.MessageDirection(sender) if module is framing else their_constants.MessageDirection(sender)
        strategy = module.lookup_framing(phases[phase], direction)
        for length in range(len(wire)):
            assert strategy.try_parse(memoryview(b"xx" + wire[:length]), 2, phases[phase], direction) is None
        got, used = strategy.try_parse(memoryview(b"xx" + wire + b"yy"), 2, phases[phase], direction)
        assert (type(got).__name__, got.to_wire(), used) == (name, wire, len(wire))


def test_lengths_that_cannot_be_are_refused():
    front = ours_constants.MessageDirection.FRONTEND
    for strategy, phase, wire in (
        (framing.StandardFraming(), P.READY, b"Q\0\0\0\3"),
        (framing.StandardFraming(), P.READY, b"Q\x7f\xff\xff\xff"),
        (framing.StandardFraming(), P.READY, b"Q\xff\xff\xff\xff"),
        (framing.StandardFraming(10), P.READY, b"Q\0\0\0\xff"),
        (framing.StartupFraming(), P.STARTUP, b"\0\0\0\7abc"),
        (framing.NegotiationFraming(), P.SSL_NEGOTIATION, b"X"),
    ):
        direction = ours_constants.MessageDirection.BACKEND if wire == b"X" else front
        with pytest.raises(ours_top.FramingError):
            strategy.try_parse(memoryview(wire), 0, phase, direction)
