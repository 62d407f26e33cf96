"""Records the golden conversations: what libpq 18 and PostgreSQL said, and libpq's own trace of it.

Usage: capture.py LIBPQ PORT_18 PORT_15 PORT_AUTH
LIBPQ is a libpq.so.5 of version 18. The servers listen on 127.0.0.1 and trust the user postgres; the
third wants `scram`, `md5` and `cleartext` to log in by the method of their name with the password
`secret`. One file a conversation: lines of F or B and the frame in hex, then libpq's lines.
"""

import ctypes
import socket
import struct
import sys
import tempfile
import threading
from pathlib import Path

LIBPQ, PORT_18, PORT_15, PORT_AUTH = sys.argv[1], *map(int, sys.argv[2:5])
HERE = Path(__file__).parent

libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
libc.fclose.argtypes = [ctypes.c_void_p]
pq = ctypes.CDLL(LIBPQ)
for name in ("PQconnectStart", "PQexec", "PQgetResult", "PQgetvalue", "PQerrorMessage"):
    getattr(pq, name).restype = ctypes.c_void_p


class Relay:
    """Passes bytes between libpq and the server and keeps them."""

    def __init__(self, port):
        self.sent, self.received = bytearray(), bytearray()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.upstream = port
        self.done = threading.Thread(target=self.accept)
        self.done.start()

    def accept(self):
        client, _ = self.listener.accept()
        self.listener.close()
        server = socket.create_connection(("127.0.0.1", self.upstream))
        back = threading.Thread(target=self.copy, args=(server, client, self.received))
        back.start()
        self.copy(client, server, self.sent)
        back.join()

    @staticmethod
    def copy(source, sink, keep):
        try:
            while data := source.recv(65536):
                keep += data
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the other side has left


class Conversation:
    def __init__(self, name, port, options="", flags=1):
        self.name = name
        self.relay = Relay(port)
        self.file = tempfile.NamedTemporaryFile()
        self.stream = libc.fopen(self.file.name.encode(), b"w")
        dsn = f"host=127.0.0.1 port={self.relay.port} dbname=postgres user=postgres {options}"
        self.conn = ctypes.c_void_p(pq.PQconnectStart(dsn.encode()))
        pq.PQtrace(self.conn, ctypes.c_void_p(self.stream))
        pq.PQsetTraceFlags(self.conn, flags)
        while (state := pq.PQconnectPoll(self.conn)) not in (0, 3):
            pass
        if state == 0:
            print(name, ctypes.string_at(pq.PQerrorMessage(self.conn)).decode())

    def query(self, sql):
        return pq.PQexec(self.conn, sql.encode())

    def results(self):
        while pq.PQgetResult(self.conn):
            pass

    def copy_out(self):
        buffer = ctypes.c_char_p()
        while pq.PQgetCopyData(self.conn, ctypes.byref(buffer), 0) > 0:
            pass
        self.results()

    def params(self, values, formats=None, lengths=None):
        n = len(values)
        return (
            n,
            None,
            (ctypes.c_char_p * n)(*values),
            (ctypes.c_int * n)(*(lengths or [len(v) if v else 0 for v in values])),
            (ctypes.c_int * n)(*(formats or [0] * n)),
        )

    def close(self):
        pq.PQfinish(self.conn)
        self.relay.done.join()
        libc.fclose(self.stream)
        trace = Path(self.file.name).read_bytes()
        frames = {b"F": split(bytes(self.relay.sent), True), b"B": split(bytes(self.relay.received), False)}
        lines = []
        for line in trace.splitlines():
            if line[1:2] != b"\t":
                continue
            side, length, name = line.split(b"\t")[:3]
            for frame in frames[side]:
                # libpq does not trace everything it reads: such frames are marked.
                if len(frame) == 1 or traced(frame, length, name):
                    lines.append(f"{side.decode()} {frame.hex()}")
                    break
                lines.append(f"-{side.decode()} {frame.hex()}")
        for side, rest in frames.items():
            lines += [f"-{side.decode()} {frame.hex()}" for frame in rest]
        (HERE / f"{self.name}.trace").write_bytes(("\n".join(lines) + "\n\n").encode() + trace)


def traced(frame, length, name):
    if frame[0] < 32:
        return True
    shown = int.from_bytes(frame[1:5], "big")
    is_authentication = name.startswith(b"Authentication")
    return length in (b"NN", b"%d" % shown) and is_authentication == (frame[0] == ord("R"))


def split(data, is_frontend):
    """Frames; before the first StartupMessage there are packets and single bytes instead."""
    position, untyped = 0, True
    while position < len(data):
        if is_frontend and untyped:
            size, code = struct.unpack_from(">iI", data, position)
            untyped = code in (80877103, 80877104)
        elif untyped and data[position] in b"SGN" and not 8 <= struct.unpack_from(">i", data, position + 1)[0] <= 30000:
            size = 1
        elif untyped and data[position] == ord("N") and data[position + 1] in b"RNv":
            size = 1
        else:
            untyped = False
            size = 1 + struct.unpack_from(">i", data, position + 1)[0]
        yield data[position : position + size]
        position += size


def simple():
    c = Conversation("simple", PORT_18, "sslmode=disable application_name=golden")
    c.query("")
    c.query("select 1 as one, null::text as \"nu ll\", '\\x00ff'::bytea, ''; select 1/0")
    c.query("do $$ begin raise notice 'héllo'; end $$")
    c.query("listen \"ch an\"; notify \"ch an\", 'pay load'")
    c.query("begin; select; set application_name to 'other'")
    c.query("selec")
    c.query("rollback")
    c.query("select ctid, relname from pg_class limit 1")
    c.close()


def regress():
    c = Conversation("regress", PORT_18, "sslmode=prefer gssencmode=disable", flags=3)
    c.query("select 1 as one; select 1/0")
    c.query("do $$ begin raise warning 'a'; end $$; listen a; notify a")
    pq.PQprepare(c.conn, b"", b"select $1::int4", 1, (ctypes.c_uint * 1)(23))
    pq.PQdescribePrepared(c.conn, b"")
    c.query("copy (select 1) to stdout")
    c.copy_out()
    c.close()


def extended():
    c = Conversation("extended", PORT_18, "sslmode=disable")
    pq.PQprepare(c.conn, b"s", b"select $1::int4, $2::text", 2, (ctypes.c_uint * 2)(23, 0))
    pq.PQdescribePrepared(c.conn, b"s")
    values = [b"\0\0\0\x2a", b"it's \xc3\xa9 \\"]
    n, _, v, l, f = c.params(values, [1, 0])
    pq.PQexecPrepared(c.conn, b"s", n, v, l, f, 1)
    n, _, v, l, f = c.params([b"1", None])
    pq.PQexecPrepared(c.conn, b"s", n, v, l, None, 0)
    pq.PQexecParams(c.conn, b"", 0, None, None, None, None, 0)
    pq.PQexecParams(c.conn, b"set timezone to 'UTC'", 0, None, None, None, None, 0)
    pq.PQdescribePortal(c.conn, b"nope")
    pq.PQclosePrepared(c.conn, b"s")
    pq.PQclosePortal(c.conn, b"")
    pq.PQenterPipelineMode(c.conn)
    for sql in (b"select 1", b"select 1/0", b"select 2"):
        pq.PQsendQueryParams(c.conn, sql, 0, None, None, None, None, 0)
    pq.PQsendFlushRequest(c.conn)
    pq.PQpipelineSync(c.conn)
    for _ in range(9):
        pq.PQgetResult(c.conn)
    c.close()


def copy():
    c = Conversation("copy", PORT_18, "sslmode=disable")
    c.query("create temp table t (a int, b text)")
    c.query("copy t from stdin")
    pq.PQputCopyData(c.conn, b"1\tone\n2\t\\N\n", 11)
    pq.PQputCopyEnd(c.conn, None)
    c.results()
    c.query("copy t to stdout (format binary)")
    c.copy_out()
    c.query("copy t from stdin (format csv)")
    pq.PQputCopyEnd(c.conn, b"no more")
    c.results()
    c.close()


def function_call():
    class Argument(ctypes.Structure):
        _fields_ = [("len", ctypes.c_int), ("isint", ctypes.c_int), ("value", ctypes.c_void_p)]

    c = Conversation("function_call", PORT_18, "sslmode=disable")
    result, length = ctypes.create_string_buffer(64), ctypes.c_int()
    for arguments in ([b"-7"], [None], [b"1", b"2"]):
        # int4abs(int4), binary
        array = (Argument * len(arguments))()
        for slot, value in zip(array, arguments):
            if value is None:
                slot.len = -1
            else:
                slot.len, slot.isint, slot.value = 4, 1, int(value) & 0xFFFFFFFF
        pq.PQfn(c.conn, 1251, result, ctypes.byref(length), 0, array, len(arguments))
    c.close()


def replication():
    c = Conversation("replication", PORT_18, "sslmode=disable replication=true")
    position = pq.PQgetvalue(ctypes.c_void_p(c.query("IDENTIFY_SYSTEM")), 0, 2)
    c.query(f"START_REPLICATION PHYSICAL {ctypes.string_at(position).decode()}")
    c.close()


def login():
    for user in ("scram", "md5", "cleartext"):
        Conversation(f"login_{user}", PORT_AUTH, f"sslmode=disable user={user} password=secret").close()
    Conversation("login_refused", PORT_AUTH, "sslmode=disable user=scram password=wrong").close()


def versions():
    Conversation("protocol_3_2", PORT_18, "gssencmode=disable max_protocol_version=3.2").close()
    Conversation("negotiate", PORT_15, "sslmode=disable max_protocol_version=3.2").close()


for conversation in (simple, regress, extended, copy, function_call, replication, login, versions):
    conversation()
