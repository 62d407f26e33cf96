"""The codec beside pygwire, in one run: `python bench/python/codec.py` with a release build installed.

Each line is the best of several rounds of both, nanoseconds for one message or row, and the ratio.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

import pygwire
from pygwire import messages as theirs

from trunkline import protocol as ours

ROW = [b"1234567", b"1234", b"3.14159265", b"some text", b"2024-01-0"]
CHUNK = 1 << 16


def seconds(work: Callable[[], object], rounds: int = 5) -> float:
    """The shortest time of some rounds."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def chunks(stream: bytes) -> Iterator[bytes]:
    """The stream as a socket gives it."""
    return (stream[start : start + CHUNK] for start in range(0, len(stream), CHUNK))


def report(name: str, count: int, mine: Callable[[], object], other: Callable[[], object]) -> None:
    """Prints one comparison."""
    one, two = seconds(mine) / count * 1e9, seconds(other, 3) / count * 1e9
    sys.stdout.write(f"{name:<44} {one:9.0f} ns {two:9.0f} ns {two / one:7.1f} x\n")


def decode_rows(count: int) -> None:
    """A result in chunks of 64 KiB, all values read."""
    stream = ours.DataRow(ROW).to_wire() * count

    def mine() -> None:
        connection, seen = ours.Frontend(logged_in=True), 0
        connection.send(ours.Query("select"))
        list(connection.receive(ours.RowDescription().to_wire()))
        for chunk in chunks(stream):
            for row in connection.receive(chunk):
                for _ in row.values:
                    seen += 1
        assert seen == count * len(ROW)

    def other() -> None:
        decoder, seen = pygwire.BackendMessageDecoder(), 0
        decoder.phase = pygwire.ConnectionPhase.SIMPLE_QUERY
        for chunk in chunks(stream):
            decoder.feed(chunk)
            for row in decoder:
                for _ in row.columns:
                    seen += 1
        assert seen == count * len(ROW)

    def other_connection() -> None:
        phase, seen = pygwire.ConnectionPhase.SIMPLE_QUERY, 0
        connection = pygwire.FrontendConnection(initial_phase=phase)
        for chunk in chunks(stream):
            for row in connection.receive(chunk):
                for _ in row.columns:
                    seen += 1
        assert seen == count * len(ROW)

    size = len(stream) // count
    report(f"decode DataRow, {size} bytes (their decoder)", count, mine, other)
    report(f"decode DataRow, {size} bytes (their connection)", count, mine, other_connection)


def decode_groups(count: int) -> None:
    """Parse, Bind, Describe, Execute and Sync in chunks, all fields read."""
    group: list[ours.Message] = [
        ours.Parse("", "select $1::int4", [23]),
        ours.Bind("", "", [b"42"], [0], [0]),
        ours.Describe("P"),
        ours.Execute(),
        ours.Sync(),
    ]
    stream = b"".join(message.to_wire() for message in group) * count

    def mine() -> None:
        # Nobody answers: a lenient server or a strict one would do the same here.
        connection, seen = ours.Backend(logged_in=True), 0
        for chunk in chunks(stream):
            for message in connection.receive(chunk):
                seen += 1
                match message:
                    case ours.Parse(name, sql, types):
                        _ = name, sql, types
                    case ours.Bind(portal, statement, parameters, formats, results):
                        _ = portal, statement, parameters, formats, results
                    case ours.Describe(target, name):
                        _ = target, name
                    case ours.Execute(portal, max_rows):
                        _ = portal, max_rows
        assert seen == 5 * count

    def other() -> None:
        decoder, seen = pygwire.FrontendMessageDecoder(), 0
        decoder.phase = pygwire.ConnectionPhase.EXTENDED_QUERY
        for chunk in chunks(stream):
            decoder.feed(chunk)
            for message in decoder:
                seen += 1
                match message:
                    case theirs.Parse(name, sql, types):
                        _ = name, sql, types
                    case theirs.Bind(portal, statement, formats, parameters, results):
                        _ = portal, statement, parameters, formats, results
                    case theirs.Describe(target, name):
                        _ = target, name
                    case theirs.Execute(portal, max_rows):
                        _ = portal, max_rows
        assert seen == 5 * count

    report("decode Parse/Bind/Describe/Execute/Sync", count, mine, other)


def encode_rows(count: int) -> None:
    """Rows to bytes, one by one and all at once."""
    rows = [ROW] * count

    def server() -> ours.Backend:
        connection = ours.Backend(logged_in=True)
        list(connection.receive(ours.Query("select").to_wire()))
        connection.send(ours.RowDescription())
        return connection

    def batch() -> None:
        assert len(server().send_rows(rows))

    def single() -> None:
        connection = server()
        for row in rows:
            connection.send(ours.DataRow(row))

    def other() -> None:
        b"".join([theirs.DataRow(columns=row).to_wire() for row in rows])

    def other_single() -> None:
        phase = pygwire.ConnectionPhase.SIMPLE_QUERY
        connection = pygwire.BackendConnection(initial_phase=phase)
        for row in rows:
            connection.send(theirs.DataRow(columns=row))

    report("encode DataRow, in batch", count, batch, other)
    report("encode DataRow, one by one by a connection", count, single, other_single)


def small(count: int) -> None:
    """One small message at a time: Query and its end, made, sent, received and read."""

    def mine() -> None:
        client, server = ours.Frontend(logged_in=True), ours.Backend(logged_in=True)
        for _ in range(count):
            for query in server.receive(client.send(ours.Query("select 1"))):
                assert query.sql
            end = server.send(ours.CommandComplete("SELECT 1")) + server.send(ours.ReadyForQuery())
            for message in client.receive(end):
                pass
            assert message.status == "I"

    def other() -> None:
        phase = pygwire.ConnectionPhase.READY
        client = pygwire.FrontendConnection(initial_phase=phase)
        server = pygwire.BackendConnection(initial_phase=phase)
        for _ in range(count):
            for query in server.receive(client.send(theirs.Query("select 1"))):
                assert query.query_string
            end = server.send(theirs.CommandComplete("SELECT 1"))
            end += server.send(theirs.ReadyForQuery())
            for message in client.receive(end):
                pass
            assert message.status == "I"

    report("Query, CommandComplete, ReadyForQuery (3)", count, mine, other)

    ready, query = ours.ReadyForQuery().to_wire(), ours.Query("select 1").to_wire()

    def mine_decode() -> None:
        client = ours.Frontend(logged_in=True, strict=True)
        client.send(*[ours.Sync()] * count)
        for _ in range(count):
            for message in client.receive(ready):
                assert message.status == "I"

    def other_decode() -> None:
        decoder = pygwire.BackendMessageDecoder()
        decoder.phase = pygwire.ConnectionPhase.SIMPLE_QUERY
        for _ in range(count):
            decoder.feed(ready)
            for message in decoder:
                assert message.status == "I"

    report("decode ReadyForQuery", count, mine_decode, other_decode)
    report(
        "encode Query",
        count,
        lambda: [ours.Query("select 1").to_wire() for _ in range(count)],
        lambda: [theirs.Query("select 1").to_wire() for _ in range(count)],
    )
    assert query == theirs.Query("select 1").to_wire()


if __name__ == "__main__":
    sys.stdout.write(f"{'':<44} {'trunkline':>12} {'pygwire':>12}\n")
    decode_rows(100_000)
    decode_groups(20_000)
    encode_rows(50_000)
    small(20_000)
