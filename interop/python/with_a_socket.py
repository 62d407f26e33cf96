"""No driver at all: conversations message by message, with the answers that PostgreSQL 18 gave.

A turn is a list of messages that go out in one write, and what comes back, ParameterStatus left
out. `X` stands for Parse, Bind and Execute of one statement. The expectations were not thought up:
run this against a PostgreSQL 18 to see them hold.
"""

import re
import socket
import struct

from scenario import Skipped, equal, main, scenario, server

FAILS = "select 1 / (id - 1) from items"
FIVE = "select id from items where id <= 5 order by id"

CONVERSATIONS = {
    "a_string_is_one_transaction": [
        (f"Q set application_name = 'a'; {FAILS}", "C(SET) T E(22012) Z(I)"),
        ("Q show application_name", "T D() C(SHOW) Z(I)"),
        ("Q set application_name = 'b'; select 1", "C(SET) T D(1) C(SELECT 1) Z(I)"),
        ("Q show application_name", "T D(b) C(SHOW) Z(I)"),
    ],
    "set_local_ends_with_its_string": [
        ("Q set local application_name = 'a'; show application_name", "C(SET) T D(a) C(SHOW) Z(I)"),
        ("Q show application_name", "T D() C(SHOW) Z(I)"),
    ],
    "discard_all_stands_alone": [
        ("Q discard all; select 1", "E(25001) Z(I)"),
        ("Q discard all", "C(DISCARD ALL) Z(I)"),
        ("X select 1 | X discard all | S", "1 2 D(1) C(SELECT 1) 1 2 E(25001) Z(I)"),
        ("X discard all | X select 1 | S", "1 2 C(DISCARD ALL) 1 2 D(1) C(SELECT 1) Z(I)"),
    ],
    "a_pipeline_is_one_transaction": [
        (f"X set application_name = 'a' | X {FAILS} | S", "1 2 C(SET) 1 2 E(22012) Z(I)"),
        ("Q show application_name", "T D() C(SHOW) Z(I)"),
        ("X set application_name = 'b' | H", "1 2 C(SET)"),
        (f"X {FAILS} | S", "1 2 E(22012) Z(I)"),
        ("Q show application_name", "T D() C(SHOW) Z(I)"),
        ("X set application_name = 'c' | S", "1 2 C(SET) Z(I)"),
        ("Q show application_name", "T D(c) C(SHOW) Z(I)"),
    ],
    "set_local_in_a_pipeline": [
        ("X set local application_name = 'a' | X show application_name | S",
         "1 2 N(25P01) C(SET) 1 2 D(a) C(SHOW) Z(I)"),
        ("Q show application_name", "T D() C(SHOW) Z(I)"),
    ],
    "begin_takes_what_came_before_it": [
        ("Q set application_name = 'a'; begin; select 1",
         "C(SET) C(BEGIN) T D(1) C(SELECT 1) Z(T)"),
        ("Q rollback", "C(ROLLBACK) Z(I)"),
        ("Q show application_name", "T D() C(SHOW) Z(I)"),
        ("X select 1 | X begin | S", "1 2 D(1) C(SELECT 1) 1 2 C(BEGIN) Z(T)"),
        ("Q commit", "C(COMMIT) Z(I)"),
        (f"Q begin; {FAILS}; select 2", "C(BEGIN) T E(22012) Z(E)"),
        ("Q commit", "C(ROLLBACK) Z(I)"),
    ],
    "commit_without_begin_ends_what_nobody_began": [
        (f"Q set application_name = 'a'; commit; {FAILS}",
         "C(SET) N(25P01) C(COMMIT) T E(22012) Z(I)"),
        ("Q show application_name", "T D(a) C(SHOW) Z(I)"),
        ("Q set application_name = 'b'; rollback; show application_name",
         "C(SET) N(25P01) C(ROLLBACK) T D(a) C(SHOW) Z(I)"),
        ("X select 1 | X commit | S", "1 2 D(1) C(SELECT 1) 1 2 N(25P01) C(COMMIT) Z(I)"),
        ("Q select 1; commit and chain; select 1", "T D(1) C(SELECT 1) E(25P01) Z(I)"),
    ],
    "savepoints_need_a_block": [
        ("X select 1 | X savepoint a | S", "1 2 D(1) C(SELECT 1) 1 2 E(25P01) Z(I)"),
        ("Q select 1; savepoint a", "T D(1) C(SELECT 1) E(25P01) Z(I)"),
    ],
    "a_string_with_a_syntax_error_runs_nothing": [
        ("Q select 1; selec 2", "E(42601) Z(I)"),
        ("Q set application_name = 'a'; set; select 2", "E(42601) Z(I)"),
        ("Q show application_name", "T D() C(SHOW) Z(I)"),
        ("Q begin; selec 1", "E(42601) Z(I)"),
    ],
    "a_failed_block": [
        ("Q begin", "C(BEGIN) Z(T)"),
        ("P select 1 as s | P:t set x.y = 1 | P:s select 1 | B:s,p | S", "1 1 1 2 Z(T)"),
        (f"Q {FAILS}", "T E(22012) Z(E)"),
        ("D Ss | S", "E(25P02) Z(E)"),
        ("D Pp | S", "E(25P02) Z(E)"),
        ("D St | S", "t n Z(E)"),
        ("P:u select 1 | S", "E(25P02) Z(E)"),
        ("P:v commit | S", "1 Z(E)"),
        ("B:s, | S", "E(25P02) Z(E)"),
        ("E p | S", "E(25P02) Z(E)"),
        ("P  | B | E | S", "1 E(25P02) Z(E)"),
        ("Q ", "I Z(E)"),
        ("Q rollback", "C(ROLLBACK) Z(I)"),
    ],
    "portals_and_savepoints": [
        ("Q begin", "C(BEGIN) Z(T)"),
        (f"P {FIVE} | B:,a | E a 1 | S", "1 2 D(1) s Z(T)"),
        ("Q savepoint s", "C(SAVEPOINT) Z(T)"),
        (f"P {FIVE} | B:,b | E b 1 | S", "1 2 D(1) s Z(T)"),
        ("Q rollback to s", "C(ROLLBACK) Z(T)"),
        ("E a 1 | S", "D(2) s Z(T)"),
        ("E b 1 | S", "E(34000) Z(E)"),
        ("Q rollback to s", "C(ROLLBACK) Z(T)"),
        (f"P {FIVE} | B:,c | E c 1 | S", "1 2 D(1) s Z(T)"),
        ("Q release s", "C(RELEASE) Z(T)"),
        ("E c 1 | S", "D(2) s Z(T)"),
        ("Q rollback", "C(ROLLBACK) Z(I)"),
    ],
    "settings_and_savepoints": [
        ("Q begin", "C(BEGIN) Z(T)"),
        ("Q set application_name = 'a'", "C(SET) Z(T)"),
        ("Q savepoint s", "C(SAVEPOINT) Z(T)"),
        ("Q set application_name = 'b'", "C(SET) Z(T)"),
        ("Q set local application_name = 'c'", "C(SET) Z(T)"),
        ("Q rollback to s", "C(ROLLBACK) Z(T)"),
        ("Q show application_name", "T D(a) C(SHOW) Z(T)"),
        ("Q set local application_name = 'd'", "C(SET) Z(T)"),
        ("Q release s", "C(RELEASE) Z(T)"),
        ("Q show application_name", "T D(d) C(SHOW) Z(T)"),
        ("Q commit", "C(COMMIT) Z(I)"),
        ("Q show application_name", "T D(a) C(SHOW) Z(I)"),
    ],
}

#: Differently in older versions.
SINCE_18 = {
    "a_query_in_a_pipeline_without_sync": [
        ("X select 1 | Q select 2", "1 2 D(1) C(SELECT 1) T D(2) C(SELECT 1) Z(T)"),
        ("S", "Z(I)"),
    ],
    "a_string_in_a_pipeline_without_sync": [
        ("X select 1 | Q select 2; select 3",
         "1 2 D(1) C(SELECT 1) T D(2) C(SELECT 1) T D(3) C(SELECT 1) Z(I)"),
        ("S", "Z(I)"),
        ("P select 1 | Q select 2", "1 T D(2) C(SELECT 1) Z(I)"),
        ("S", "Z(I)"),
    ],
}


class Talk:
    """A connection that says what it is told."""

    def __init__(self):
        where = server()
        self.socket = socket.create_connection((where["host"], where["port"]), timeout=10)
        self.input = b""
        self.version = 0
        words = ["user", where["user"], "database", where["database"], "", ""]
        body = struct.pack("!i", 0x30000) + "\0".join(words).encode()
        self.socket.sendall(struct.pack("!i", len(body) + 4) + body)
        self.hear(1)

    def hear(self, words):
        """What comes up to ReadyForQuery, or so many words of it where none is due."""
        heard = []
        while len(heard) < words and not (heard and heard[-1].startswith("Z")):
            kind, body = self.message()
            if kind == "S" and body.startswith(b"server_version\0"):
                self.version = int(body.split(b"\0")[1].split(b".")[0])
            if kind not in "SRK":
                heard.append(word(kind, body))
        return " ".join(heard)

    def message(self):
        while len(self.input) < 5 or len(self.input) < 1 + self.length():
            more = self.socket.recv(65536)
            assert more, "the server hung up"
            self.input += more
        size = 1 + self.length()
        message, self.input = self.input[:size], self.input[size:]
        return chr(message[0]), message[5:]

    def length(self):
        return struct.unpack("!i", self.input[1:5])[0]

    def turn(self, said, expected):
        self.socket.sendall(b"".join(messages(said)))
        # A word too many is heard by the next turn.
        equal(self.hear(len(re.findall(r"\w\(.*?\)|\w", expected))), expected)


def word(kind, body):
    """A message of the server in a word."""
    if kind in "EN":
        fields = {field[:1]: field[1:] for field in body.split(b"\0")}
        return f"{kind}({fields[b'C'].decode()})"
    if kind == "D":
        return f"D({body[6:].decode()})"
    if kind == "C":
        return f"C({body[:-1].decode()})"
    if kind == "Z":
        return f"Z({body.decode()})"
    return kind


def messages(said):
    """The bytes of a turn."""
    for part in said.split(" | "):
        head, _, rest = part.partition(" ")
        kind, _, names = head.partition(":")
        if kind == "X":
            yield from messages(f"P {rest} | B | E")
        elif kind == "P":
            yield message("P", names, rest, b"\0\0")
        elif kind == "B":
            statement, _, portal = names.partition(",")
            yield message("B", portal, statement, b"\0\0\0\0\0\0")
        elif kind == "E":
            portal, _, rows = rest.partition(" ")
            yield message("E", portal, struct.pack("!i", int(rows or 0)))
        elif kind == "D":
            yield message("D", rest[0].encode(), rest[1:])
        elif kind == "Q":
            yield message("Q", rest)
        else:
            yield message(kind)


def message(kind, *parts):
    body = b"".join(part if isinstance(part, bytes) else part.encode() + b"\0" for part in parts)
    return kind.encode() + struct.pack("!i", len(body) + 4) + body


def add(name, turns, since):
    def run():
        talk = Talk()
        if talk.version < since:
            raise Skipped(f"otherwise before PostgreSQL {since}")
        for said, expected in turns:
            talk.turn(said, expected)

    run.__name__ = name
    scenario(run)


for name, turns in CONVERSATIONS.items():
    add(name, turns, 0)
for name, turns in SINCE_18.items():
    add(name, turns, 18)

main()
