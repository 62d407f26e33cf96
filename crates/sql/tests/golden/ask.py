#!/usr/bin/env python3
"""Asks a PostgreSQL for the expectations in this folder, and writes them.

    ask.py HOST PORT USER DATABASE tokens.txt statements.txt replies.txt ...

A line is a text and, behind a tab, what the server makes of it. The texts are kept, the answers are
replaced. The name of the file says what is asked:

tokens      where PostgreSQL's lexer sees tokens: `start..end`, in bytes, or the error it stops at
tokens_escaping  the same with standard_conforming_strings off
statements  whether the text parses: `ok`, or SQLSTATE, position and message (nothing is executed)
replies     the command tags, without counts, of the text sent as one simple query, or `empty`, or
            SQLSTATE, position and message (it is executed: use a database of its own)
strings     the value of a string constant
quoting     quote_ident and quote_literal of the text
names       what an identifier is as a name
tables      which tables a view with this query depends on, sorted (all is rolled back)
"""

import re
import socket
import struct
import sys
from pathlib import Path

# Behind this word every token is a syntax error, except the few that no text of ours begins with.
PREFIX = "DISCARD "
# What is wrong with the text itself: syntax, escapes, encoding, options that contradict each other.
SYNTAX = {"42601", "22025", "22021", "22023", "0A000", "42P11"}
NEAR = re.compile(r'(.*) at or near "(.*)"\Z', re.DOTALL)
ESCAPES = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\v": "\\v", "\f": "\\f"}
UNESCAPE = {escaped[1]: plain for plain, escaped in ESCAPES.items()}


# What the queries of `tables` are about.
SCHEMA = """
    CREATE SCHEMA s; CREATE TABLE t (id int, a int, b text, d date); CREATE TABLE u (LIKE t);
    CREATE TABLE v (LIKE t); CREATE TABLE s.t (LIKE t); CREATE TABLE "Big" (LIKE t);
    CREATE TABLE key (LIKE t); CREATE TABLE made_by (LIKE t);
"""
DEPENDS = """
    SELECT DISTINCT CASE nspname WHEN 'public' THEN '' ELSE nspname || '.' END || relname
    FROM pg_rewrite r JOIN pg_depend d ON d.objid = r.oid JOIN pg_class c ON c.oid = d.refobjid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.ev_class = 'made'::regclass AND d.refclassid = 'pg_class'::regclass
    AND d.classid = 'pg_rewrite'::regclass AND c.relname <> 'made' ORDER BY 1
"""


class Server:
    """The few messages of the protocol that are needed here."""

    def __init__(self, host, port, user, database):
        self.socket = socket.create_connection((host, int(port)))
        self.input = self.socket.makefile("rb")
        fields = f"user\0{user}\0database\0{database}\0client_encoding\0UTF8\0\0".encode()
        self.socket.sendall(struct.pack("!ii", len(fields) + 8, 196608) + fields)
        self.until_ready()

    def send(self, *messages):
        self.socket.sendall(b"".join(k + struct.pack("!i", len(b) + 4) + b for k, b in messages))

    def until_ready(self):
        messages = []
        while True:
            kind = self.input.read(1)
            (length,) = struct.unpack("!i", self.input.read(4))
            body = self.input.read(length - 4)
            if kind == b"Z":
                return messages
            if kind == b"G":
                self.send((b"c", b""))
            messages.append((kind, body))

    def parse(self, sql):
        """The fields of the error, or None."""
        self.send((b"P", b"\0" + sql.encode() + b"\0\0\0"), (b"S", b""))
        return first_error(self.until_ready())

    def query(self, sql):
        self.send((b"Q", sql.encode() + b"\0"))
        messages = self.until_ready()
        if error := first_error(messages):
            return error_text(error)
        tags = [re.sub(r"[ 0-9]*\0", "", body.decode()) for kind, body in messages if kind == b"C"]
        return "|".join(tags) or "empty"


def first_error(messages):
    for kind, body in messages:
        if kind == b"E":
            fields = body.decode().split("\0")
            return {field[0]: field[1:] for field in fields if field}
    return None


def error_text(error):
    text = f"{error['C']} {error.get('P', '-')} {error['M']}"
    return text + "".join(f" {name}: {error[k]}" for k, name in (("D", "DETAIL"), ("H", "HINT")) if k in error)


def tokens(server, text):
    found, at = [], 0
    while True:
        error = server.parse(PREFIX + text[at:])
        if error is None:
            raise SystemExit(f"no answer for {text!r} at {at}")
        near = NEAR.match(error["M"])
        if not near:
            return " ".join(found if "end of input" in error["M"] else [*found, error_text(error)])
        start = at + int(error["P"]) - 1 - len(PREFIX)
        at = start + len(near[2])
        span = f"{len(text[:start].encode())}..{len(text[:at].encode())}"
        if near[1] != "syntax error":
            return " ".join([*found, span, near[1]])
        found.append(span)


def tokens_escaping(server, text):
    server.query("SET standard_conforming_strings = off")
    try:
        return tokens(server, text)
    finally:
        server.query("RESET standard_conforming_strings")


def statements(server, text):
    error = server.parse(text)
    return error_text(error) if error and error["C"] in SYNTAX else "ok"


def replies(server, text):
    return server.query(text)


def strings(server, text):
    server.send((b"Q", f"SELECT {text}::text".encode() + b"\0"))
    messages = dict(server.until_ready())
    return messages[b"D"][6:].decode()


def quoting(server, text):
    value = "'" + text.replace("'", "''") + "'"
    server.send((b"Q", f"SELECT quote_ident({value}) || ' ' || quote_literal({value})".encode() + b"\0"))
    messages = dict(server.until_ready())
    return messages[b"D"][6:].decode()


def names(server, text):
    server.send((b"Q", f"SELECT 1 AS {text}".encode() + b"\0"))
    messages = dict(server.until_ready())
    return messages[b"T"][2:].split(b"\0")[0].decode()


def tables(server, text):
    server.query(f"BEGIN; {SCHEMA}")
    server.send((b"Q", f"CREATE VIEW made AS SELECT 1 FROM ({text}\n) q; {DEPENDS}".encode() + b"\0"))
    messages = server.until_ready()
    server.query("ROLLBACK")
    if error := first_error(messages):
        raise SystemExit(f"{error_text(error)} in {text!r}")
    return " ".join(body[6:].decode() for kind, body in messages if kind == b"D")


def escape(text):
    return "".join(ESCAPES.get(char, char) for char in text)


def unescape(text):
    return re.sub(r"\\(.)", lambda found: UNESCAPE[found[1]], text)


def main(host, port, user, database, *files):
    server = Server(host, port, user, database)
    for file in map(Path, files):
        ask = globals()[file.stem]
        lines = []
        for line in file.read_text().split("\n"):
            if line and not line.startswith("##"):
                sql = line.split("\t")[0]
                line = f"{sql}\t{escape(ask(server, unescape(sql)))}"
            lines.append(line)
        file.write_text("\n".join(lines))


if __name__ == "__main__":
    main(*sys.argv[1:])
