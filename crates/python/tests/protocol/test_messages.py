"""Messages by themselves: every one there and back, how they look, what they refuse."""

from __future__ import annotations

import copy
import pickle

import pytest
from every_message import BACKEND, BOTH, EVERY, FRONTEND, backend_for, frontend_for

from trunkline import protocol as p

MAPPED = (p.StartupMessage,)


def names(message: object) -> str:
    return type(message).__name__


def test_there_is_one_of_every_message():
    classes = {item for item in vars(p).values() if isinstance(item, type)}
    messages = {item for item in classes if issubclass(item, p.Message)} - {p.Message}
    assert {type(message) for message in EVERY} == messages


@pytest.mark.parametrize("message", FRONTEND + BOTH, ids=names)
def test_a_backend_reads_what_was_written(message):
    assert list(backend_for(message).receive(message.to_wire())) == [message]


@pytest.mark.parametrize("message", BACKEND + BOTH, ids=names)
def test_a_frontend_reads_what_was_written(message):
    assert list(frontend_for(message).receive(message.to_wire())) == [message]


@pytest.mark.parametrize("message", FRONTEND + BOTH, ids=names)
def test_a_frame_may_come_byte_by_byte(message):
    backend, received = backend_for(message), []
    wire = message.to_wire()
    for place in range(len(wire)):
        assert received == []
        received += backend.receive(wire[place : place + 1])
    assert received == [message]


@pytest.mark.parametrize("message", BACKEND + BOTH, ids=names)
def test_a_reply_may_come_byte_by_byte(message):
    frontend, received = frontend_for(message), []
    wire = message.to_wire()
    for place in range(len(wire)):
        assert received == []
        received += frontend.receive(wire[place : place + 1])
    assert received == [message]


@pytest.mark.parametrize("message", EVERY, ids=names)
def test_messages_compare_by_class_and_fields(message):
    same = pickle.loads(pickle.dumps(message))
    assert same == message == copy.copy(message)
    assert not same != message
    assert message != object()
    assert all(message != other for other in EVERY if other is not message)
    if isinstance(message, MAPPED):
        with pytest.raises(TypeError):
            hash(message)
    else:
        assert hash(same) == hash(message)


@pytest.mark.parametrize("message", EVERY, ids=names)
def test_messages_do_not_change(message):
    for name in message.__match_args__:
        with pytest.raises(AttributeError):
            setattr(message, name, None)
    with pytest.raises(AttributeError):
        message.other = 1


def test_repr_can_be_typed_and_hides_secrets():
    assert repr(p.Query("x'")) == 'Query(sql="x\'")'
    assert repr(p.Sync()) == "Sync()"
    assert repr(p.DataRow([b"1", None])) == "DataRow(values=(b'1', None))"
    for message in EVERY:
        shown = repr(message)
        assert "sesame" not in shown and "secret key" not in shown
        if "..." not in shown:
            assert eval(shown, vars(p)) == message
    assert repr(p.PasswordMessage("sesame")) == "PasswordMessage(password=...)"


def test_match_takes_them_apart():
    match p.Bind("c", "s", [b"1"]):
        case p.Bind(portal, statement, parameters):
            assert (portal, statement, parameters) == ("c", "s", (b"1",))
    match p.ErrorResponse("no", "42P01"):
        case p.ErrorResponse(message, sqlstate, severity):
            assert (message, sqlstate, severity) == ("no", "42P01", "ERROR")


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: p.Query("a\0b"), ValueError),
        (lambda: p.Query(1), TypeError),
        (lambda: p.Query("\ud800"), ValueError),
        (lambda: p.DataRow([1]), TypeError),
        (lambda: p.DataRow("text"), TypeError),
        (lambda: p.DataRow([b""] * 32768), ValueError),
        (lambda: p.RowDescription([p.FieldDescription("x")] * 32768), ValueError),
        (lambda: p.RowDescription(["x"]), TypeError),
        (lambda: p.Bind(parameters=[None] * 65536), ValueError),
        (lambda: p.Bind(parameter_formats=[70000]), ValueError),
        (lambda: p.Parse(parameter_types=[-1]), ValueError),
        (lambda: p.Parse(parameter_types=[1 << 32]), ValueError),
        (lambda: p.Describe(""), ValueError),
        (lambda: p.Close("X"), ValueError),
        (lambda: p.ReadyForQuery("Q"), ValueError),
        (lambda: p.Execute(max_rows=1 << 31), ValueError),
        (lambda: p.CancelRequest(1, b""), ValueError),
        (lambda: p.AuthenticationMD5Password(b"12345"), ValueError),
        (lambda: p.AuthenticationSASL([""]), ValueError),
        (lambda: p.StartupMessage({"": "x"}), ValueError),
        (lambda: p.StartupMessage({}, (2, 0)), ValueError),
        (lambda: p.CopyInResponse(2), ValueError),
        (lambda: p.ErrorResponse("x", colour="red"), TypeError),
        (lambda: p.ErrorResponse.from_fields([("MM", "x")]), ValueError),
        (lambda: p.NotificationResponse(1 << 31, "x"), ValueError),
        (lambda: p.SASLResponse("text"), TypeError),
        (lambda: p.Message(), TypeError),
    ],
)
def test_wrong_arguments_are_clear_errors(make, error):
    with pytest.raises(error):
        make()


def test_strings_of_any_encoding_survive():
    query = p.Query(b"select '\xe9'")
    assert query.sql == "select '\udce9'"
    assert query.to_wire() == b"Q\0\0\0\x0fselect '\xe9'\0"
    assert list(p.Backend(logged_in=True).receive(query.to_wire())) == [query]


def test_values_are_taken_from_all_that_has_bytes():
    row = p.DataRow([bytearray(b"a"), memoryview(b"b"), "é", None, b"c"])
    assert row.values == (b"a", b"b", "é".encode(), None, b"c")


def test_fields_of_an_error():
    error = p.ErrorResponse("no", "42P01", detail="d", where="w")
    assert error.get("D") == "d"
    assert error.get("W") == "w"
    assert error.get("H") is None
    assert error.fields[:2] == (("S", "ERROR"), ("V", "ERROR"))
    with pytest.raises(ValueError):
        error.get("DD")
