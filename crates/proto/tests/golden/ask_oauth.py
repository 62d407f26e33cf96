#!/usr/bin/env python3
"""Asks a PostgreSQL 18 what it answers to messages of OAUTHBEARER, and writes oauth.tsv.

    ask_oauth.py PORT oauth.tsv

PostgreSQL has no validator of its own: it is given oauth_judge.c, compiled with the headers of the
server (cc -shared -fPIC -I"$(pg_config --includedir-server)" oauth_judge.c -o judge.so), by
oauth_validator_libraries = 'judge', and in pg_hba.conf
    host all plain     127.0.0.1/32 oauth issuer=https://issuer.example scope="openid profile"
    host all delegated 127.0.0.1/32 oauth issuer=https://issuer.example scope=openid delegate_ident_mapping=1
    host all wellknown 127.0.0.1/32 oauth issuer=https://issuer.example/.well-known/openid-configuration/x scope=""

A line is the user, the client's initial response (`-` is none), its next response (`-` is none), and
what the server answers to the mechanism OAUTHBEARER. Users and responses are kept, with escapes as in
Python; the answers are replaced.
"""

import socket
import struct
import sys
from pathlib import Path

PORT, FILE = int(sys.argv[1]), Path(sys.argv[2])


def receive(stream):
    head = stream.read(5)
    if len(head) < 5:
        return None, b""
    return head[:1], stream.read(struct.unpack("!i", head[1:])[0] - 4)


def shown(kind, body):
    if kind == b"R":
        code = struct.unpack("!i", body[:4])[0]
        return f"R{code} {body[4:].decode()}".strip()
    if kind == b"E":
        fields = {field[:1]: field[1:].decode() for field in body.split(b"\0") if field}
        words = [fields[b"S"], fields[b"C"], fields[b"M"], fields.get(b"D", "")]
        return f"E {' '.join(words)}".strip()
    return kind.decode()


def ask(user, initial, following):
    with socket.create_connection(("127.0.0.1", PORT)) as server, server.makefile("rb") as stream:
        startup = struct.pack("!i", 196608) + b"user\0" + user.encode() + b"\0database\0postgres\0\0"
        server.sendall(struct.pack("!i", len(startup) + 4) + startup)
        kind, body = receive(stream)
        assert (kind, body) == (b"R", b"\0\0\0\x0aOAUTHBEARER\0\0"), (kind, body)
        length = -1 if initial is None else len(initial)
        first = b"OAUTHBEARER\0" + struct.pack("!i", length) + (initial or b"")
        heard = []
        for response in [first, following]:
            if response is not None:
                server.sendall(b"p" + struct.pack("!i", len(response) + 4) + response)
            kind, body = receive(stream)
            heard.append(shown(kind, body))
            if not heard[-1].startswith("R11"):
                break
            if following is None:
                break
        return "; ".join(heard).encode("unicode_escape").decode()


def said(text):
    return None if text == "-" else text.encode().decode("unicode_escape").encode("latin-1")


def main():
    lines = []
    for line in FILE.read_text().splitlines():
        user, initial, following = line.split("\t")[:3]
        lines.append("\t".join([user, initial, following, ask(user, said(initial), said(following))]))
    FILE.write_text("\n".join(lines) + "\n")


main()
