"""No driver at all: conversations message by message, with the answers that PostgreSQL 18 gave.

A turn is a list of messages that go out in one write, and what comes back. `X` stands for Parse, Bind and Execute of one statement. The expectations were not thought up:
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
        ("Q set application_name = 'b'; select 1",
         "C(SET) T D(1) C(SELECT 1) S(application_name=b) Z(I)"),
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
        ("X set application_name = 'c' | S", "1 2 C(SET) S(application_name=c) Z(I)"),
        ("Q show application_name", "T D(c) C(SHOW) Z(I)"),
    ],
    "set_local_in_a_pipeline": [
        ("X set local application_name = 'a' | X show application_name | S",
         "1 2 N(25P01) C(SET) 1 2 D(a) C(SHOW) Z(I)"),
        ("Q show application_name", "T D() C(SHOW) Z(I)"),
    ],
    "begin_takes_what_came_before_it": [
        ("Q set application_name = 'a'; begin; select 1",
         "C(SET) C(BEGIN) T D(1) C(SELECT 1) S(application_name=a) Z(T)"),
        ("Q rollback", "C(ROLLBACK) S(application_name=) Z(I)"),
        ("Q show application_name", "T D() C(SHOW) Z(I)"),
        ("X select 1 | X begin | S", "1 2 D(1) C(SELECT 1) 1 2 C(BEGIN) Z(T)"),
        ("Q commit", "C(COMMIT) Z(I)"),
        (f"Q begin; {FAILS}; select 2", "C(BEGIN) T E(22012) Z(E)"),
        ("Q commit", "C(ROLLBACK) Z(I)"),
    ],
    "commit_without_begin_ends_what_nobody_began": [
        (f"Q set application_name = 'a'; commit; {FAILS}",
         "C(SET) N(25P01) C(COMMIT) T E(22012) S(application_name=a) Z(I)"),
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
        ("E:p | S", "E(25P02) Z(E)"),
        ("P  | B | E | S", "1 E(25P02) Z(E)"),
        ("Q ", "I Z(E)"),
        ("Q rollback", "C(ROLLBACK) Z(I)"),
    ],
    "portals_and_savepoints": [
        ("Q begin", "C(BEGIN) Z(T)"),
        (f"P {FIVE} | B:,a | E:a 1 | S", "1 2 D(1) s Z(T)"),
        ("Q savepoint s", "C(SAVEPOINT) Z(T)"),
        (f"P {FIVE} | B:,b | E:b 1 | S", "1 2 D(1) s Z(T)"),
        ("Q rollback to s", "C(ROLLBACK) Z(T)"),
        ("E:a 1 | S", "D(2) s Z(T)"),
        ("E:b 1 | S", "E(34000) Z(E)"),
        ("Q rollback to s", "C(ROLLBACK) Z(T)"),
        (f"P {FIVE} | B:,c | E:c 1 | S", "1 2 D(1) s Z(T)"),
        ("Q release s", "C(RELEASE) Z(T)"),
        ("E:c 1 | S", "D(2) s Z(T)"),
        ("Q rollback", "C(ROLLBACK) Z(I)"),
    ],
    "a_failed_block_has_its_settings_undone": [
        ("Q begin; set datestyle = 'german'", "C(BEGIN) C(SET) S(DateStyle=German, DMY) Z(T)"),
        (f"Q {FAILS}", "T E(22012) S(DateStyle=ISO, MDY) Z(E)"),
        ("Q rollback", "C(ROLLBACK) Z(I)"),
        (f"Q begin; set datestyle = 'german'; {FAILS}", "C(BEGIN) C(SET) T E(22012) Z(E)"),
        ("Q rollback", "C(ROLLBACK) Z(I)"),
    ],
    "a_chain_keeps_its_modes": [
        ("Q begin isolation level serializable read only deferrable", "C(BEGIN) Z(T)"),
        ("Q commit and chain", "C(COMMIT) Z(T)"),
        ("Q show transaction_isolation; show transaction_read_only; show transaction_deferrable",
         "T D(serializable) C(SHOW) T D(on) C(SHOW) T D(on) C(SHOW) Z(T)"),
        ("Q set transaction read write; rollback and chain; show transaction_read_only",
         "C(SET) C(ROLLBACK) T D(off) C(SHOW) Z(T)"),
        ("Q rollback", "C(ROLLBACK) Z(I)"),
        ("Q show transaction_isolation; show transaction_read_only",
         "T D(read committed) C(SHOW) T D(off) C(SHOW) Z(I)"),
    ],
    "modes_come_before_queries": [
        ("Q begin; select 1; set transaction isolation level serializable",
         "C(BEGIN) T D(1) C(SELECT 1) E(25001) Z(E)"),
        ("Q rollback; begin read only; select 1; set transaction read write",
         "C(ROLLBACK) C(BEGIN) T D(1) C(SELECT 1) E(25001) Z(E)"),
        ("Q rollback; begin; savepoint a; set transaction isolation level serializable",
         "C(ROLLBACK) C(BEGIN) C(SAVEPOINT) E(25001) Z(E)"),
        ("Q rollback; select 1; begin isolation level serializable",
         "C(ROLLBACK) T D(1) C(SELECT 1) E(25001) Z(I)"),
        ("Q begin read only; set transaction read write; show transaction_read_only; rollback",
         "C(BEGIN) C(SET) T D(off) C(SHOW) C(ROLLBACK) Z(I)"),
        ("Q begin; set transaction_read_only = on; commit; show transaction_read_only",
         "C(BEGIN) C(SET) C(COMMIT) T D(off) C(SHOW) Z(I)"),
        ("Q set default_transaction_read_only = on; show transaction_read_only",
         "C(SET) T D(off) C(SHOW) S(default_transaction_read_only=on) Z(I)"),
        ("Q reset default_transaction_read_only; set constraints all deferred",
         "C(RESET) C(SET CONSTRAINTS) S(default_transaction_read_only=off) Z(I)"),
        ("Q set constraints all deferred", "N(25P01) C(SET CONSTRAINTS) Z(I)"),
    ],
    "two_phase_commit_is_off": [
        ("Q prepare transaction 'x'", "N(25P01) C(ROLLBACK) Z(I)"),
        ("Q begin", "C(BEGIN) Z(T)"),
        ("Q prepare transaction 'x'", "E(55000) Z(I)"),
        (f"Q begin; {FAILS}", "C(BEGIN) T E(22012) Z(E)"),
        ("Q prepare transaction 'x'", "C(ROLLBACK) Z(I)"),
        ("Q select 1; prepare transaction 'x'", "T D(1) C(SELECT 1) N(25P01) E(55000) Z(I)"),
    ],
    "discard_all_does_not_wait": [
        ("Q set work_mem = '7MB'", "C(SET) Z(I)"),
        (f"X discard all | X {FAILS} | S", "1 2 C(DISCARD ALL) 1 2 E(22012) Z(I)"),
        ("Q show work_mem", "T D(4MB) C(SHOW) Z(I)"),
        ("P deallocate all | B | E | B | S", "1 2 C(DEALLOCATE ALL) 2 Z(I)"),
    ],
    "what_is_done_is_done_again": [
        ("Q begin", "C(BEGIN) Z(T)"),
        ("P show work_mem | B | E | E | S", "1 2 D(4MB) C(SHOW) C(SHOW) Z(T)"),
        (f"P {FIVE} | B | E 3 | E 2 | E | E | S",
         "1 2 D(1) D(2) D(3) s D(4) D(5) s C(SELECT 0) C(SELECT 0) Z(T)"),
        ("P set work_mem = '4MB' | B | E | E | S", "1 2 C(SET) E(55000) Z(E)"),
        ("Q rollback", "C(ROLLBACK) Z(I)"),
    ],
    "a_name_is_taken_when_the_statement_is_one": [
        ("P:s select 1 | S", "1 Z(I)"),
        ("P:s selec 1 | S", "E(42601) Z(I)"),
        ("P:s select 2 | S", "E(42P05) Z(I)"),
        ("Q begin; selec 1", "E(42601) Z(I)"),
        (f"Q begin; {FAILS}", "C(BEGIN) T E(22012) Z(E)"),
        ("P:s select 2 | S", "E(25P02) Z(E)"),
    ],
    "an_empty_query": [
        ("Q begin", "C(BEGIN) Z(T)"),
        (f"P {FIVE} | B | E 1 | S", "1 2 D(1) s Z(T)"),
        ("Q ", "I Z(T)"),
        ("E 1 | S", "D(2) s Z(T)"),
        ("Q ;", "I Z(T)"),
        ("Q select 1", "T D(1) C(SELECT 1) Z(T)"),
        ("E 1 | S", "E(34000) Z(E)"),
    ],
    "settings_and_savepoints": [
        ("Q begin", "C(BEGIN) Z(T)"),
        ("Q set application_name = 'a'", "C(SET) S(application_name=a) Z(T)"),
        ("Q savepoint s", "C(SAVEPOINT) Z(T)"),
        ("Q set application_name = 'b'", "C(SET) S(application_name=b) Z(T)"),
        ("Q set local application_name = 'c'", "C(SET) S(application_name=c) Z(T)"),
        ("Q rollback to s", "C(ROLLBACK) S(application_name=a) Z(T)"),
        ("Q show application_name", "T D(a) C(SHOW) Z(T)"),
        ("Q set local application_name = 'd'", "C(SET) S(application_name=d) Z(T)"),
        ("Q release s", "C(RELEASE) Z(T)"),
        ("Q show application_name", "T D(d) C(SHOW) Z(T)"),
        ("Q commit", "C(COMMIT) S(application_name=a) Z(I)"),
        ("Q show application_name", "T D(a) C(SHOW) Z(I)"),
    ],
}

#: Differently in older versions.
SINCE_18 = {
    "a_query_in_a_pipeline_without_sync": [
        ("X select 1 | Q select 2", "1 2 D(1) C(SELECT 1) T D(2) C(SELECT 1) Z(T)"),
        ("S", "Z(I)"),
    ],
    "an_empty_query_in_a_pipeline_without_sync": [
        ("X select 1 | Q ", "1 2 D(1) C(SELECT 1) I Z(T)"),
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
        self.version, self.greeted = 0, False
        words = ["user", where["user"], "database", where["database"], "", ""]
        body = struct.pack("!i", 0x30000) + "\0".join(words).encode()
        self.socket.sendall(struct.pack("!i", len(body) + 4) + body)
        self.hear(1)
        self.greeted = True

    def hear(self, words):
        """What comes up to ReadyForQuery, or so many words of it where none is due."""
        heard = []
        while len(heard) < words and not (heard and heard[-1].startswith("Z")):
            kind, body = self.message()
            if kind == "S" and body.startswith(b"server_version\0"):
                self.version = int(body.split(b"\0")[1].split(b".")[0])
            if kind not in "RK" and (kind != "S" or self.greeted):
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
    if kind == "S":
        return "S({}={})".format(*body.decode().split("\0"))
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
            yield message("E", names, struct.pack("!i", int(rest or 0)))
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
