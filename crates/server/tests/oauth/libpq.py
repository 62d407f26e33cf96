"""Logs in by libpq 18, which is handed its token by a hook as by any program that has one.

    libpq.py LIBPQ CONNINFO TOKEN

LIBPQ is a libpq.so.5 of version 18; `-` for TOKEN installs no hook. Prints what the hook was asked, and
what the server answers to `one`, or the complaint of libpq.
"""

import ctypes
import sys

LIBPQ, CONNINFO, TOKEN = sys.argv[1:]
OAUTH_BEARER_TOKEN = 1


class Request(ctypes.Structure):
    """PGoauthBearerRequest of libpq-fe.h."""

    _fields_ = [
        ("openid_configuration", ctypes.c_char_p),
        ("scope", ctypes.c_char_p),
        ("poll", ctypes.c_void_p),
        ("cleanup", ctypes.c_void_p),
        ("token", ctypes.c_char_p),
        ("user", ctypes.c_void_p),
    ]


HOOK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(Request))
token = ctypes.create_string_buffer(TOKEN.encode())


def hook(kind, _connection, request):
    if kind != OAUTH_BEARER_TOKEN:
        return 0
    asked = request.contents
    print(f"asked for a token: {asked.openid_configuration.decode()} {asked.scope.decode()}")
    asked.token = ctypes.cast(token, ctypes.c_char_p)
    return 1


pq = ctypes.CDLL(LIBPQ)
for name in ("PQconnectdb", "PQexec"):
    getattr(pq, name).restype = ctypes.c_void_p
for name in ("PQerrorMessage", "PQgetvalue"):
    getattr(pq, name).restype = ctypes.c_char_p
kept = HOOK(hook)
if TOKEN != "-":
    pq.PQsetAuthDataHook(kept)
connection = ctypes.c_void_p(pq.PQconnectdb(CONNINFO.encode()))
if pq.PQstatus(connection) == 0:
    result = ctypes.c_void_p(pq.PQexec(connection, b"one"))
    print("answered:", pq.PQgetvalue(result, 0, 0).decode())
else:
    print("refused:", pq.PQerrorMessage(connection).decode().strip())
pq.PQfinish(connection)
