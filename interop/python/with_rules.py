"""Rules of pg_hba.conf, users, certificates of clients: libpq 18 and a socket, let in and refused.

Both servers read `rules/pg_hba.conf` and `rules/pg_ident.conf` and know the same secrets. What is
expected was not thought up: run this against a PostgreSQL 15 or 18 to see it hold.
"""

import os
import socket
import ssl
import struct

import psycopg

from scenario import Skipped, equal, main, scenario, secure_server


def rules():
    if "INTEROP_RULES_PORT" not in os.environ:
        raise Skipped("no server with rules")
    return secure_server() | {"port": int(os.environ["INTEROP_RULES_PORT"])}


def certificate(name):
    folder = os.environ["INTEROP_CLIENTS"]
    return os.path.join(folder, f"{name}.crt"), os.path.join(folder, f"{name}.key")


def connect(user, password="secret", shows=None, **more):
    options = rules() | {"user": user, "password": password}
    options["dbname"] = options.pop("database")
    options |= {"sslmode": "verify-full", "sslrootcert": os.environ["INTEROP_CA"], "connect_timeout": 10}
    if shows:
        options["sslcert"], options["sslkey"] = certificate(shows)
    return psycopg.connect(**(options | more))


def let_in(user, **more):
    with connect(user, **more) as connection:
        equal(connection.execute("select 1").fetchone(), (1,))
        return connection


def refused(user, message, **more):
    try:
        connect(user, **more)
    except psycopg.OperationalError as error:
        assert str(error).strip().endswith(f"FATAL:  {message}"), error
    else:
        raise AssertionError(f"{user} is let in")


def wrong(user):
    return f'password authentication failed for user "{user}"'


def talk(user, database=None, tls=False, shows=None, password=None, **parameters):
    """What the server asks for, and the SQLSTATE and message of its error, without a driver."""
    at = rules()
    parameters = {"user": user, "database": database or at["database"], **parameters}
    words = b"".join(word.encode() + b"\0" for pair in parameters.items() for word in pair)
    message = struct.pack("!I", 0x30000) + words + b"\0"
    with socket.create_connection((at["host"], at["port"]), 20) as connection:
        if tls or shows:
            connection.sendall(struct.pack("!II", 8, 80877103))
            equal(connection.recv(1), b"S")
            context = ssl.create_default_context(cafile=os.environ["INTEROP_CA"])
            if shows:
                context.load_cert_chain(*certificate(shows))
            connection = context.wrap_socket(connection, server_hostname="127.0.0.1")
        connection.sendall(struct.pack("!I", len(message) + 4) + message)
        stream = connection.makefile("rb")
        heard = []
        while True:
            kind, length = struct.unpack("!cI", stream.read(5))
            body = stream.read(length - 4)
            if kind == b"E":
                fields = {field[:1]: field[1:].decode() for field in body.split(b"\0") if field}
                equal(fields[b"S"], "FATAL")
                equal(stream.read(), b"")
                return [*heard, fields[b"C"], fields[b"M"]]
            code = struct.unpack("!I", body[:4])[0]
            heard.append(code)
            if code == 0 or password is None:
                return heard
            connection.sendall(b"p" + struct.pack("!I", len(password) + 5) + password + b"\0")


@scenario
def a_password_in_clear():
    let_in("clear", require_auth="password")
    refused("clear", wrong("clear"), password="wrong")
    equal(talk("clear", tls=True, password=b"wrong"), [3, "28P01", wrong("clear")])
    equal(talk("clear", tls=True, password=b""), [3, "28P01", "empty password returned by client"])


@scenario
def an_md5_hash():
    let_in("hashed", require_auth="md5")
    let_in("hashed", require_auth="md5", sslmode="disable")
    refused("hashed", wrong("hashed"), password="wrong")
    equal(talk("hashed", password=b"md5"), [5, "28P01", wrong("hashed")])


@scenario
def a_verifier_where_md5_is_asked_for():
    let_in("kept", require_auth="scram-sha-256")
    refused("kept", wrong("kept"), password="wrong")


@scenario
def scram():
    let_in("scrambled", require_auth="scram-sha-256", sslmode="disable")
    let_in("scrambled", require_auth="scram-sha-256", channel_binding="disable")
    let_in("scrambled", require_auth="scram-sha-256", channel_binding="require")
    refused("scrambled", wrong("scrambled"), password="wrong")
    refused("scrambled", wrong("scrambled"), password="wrong", channel_binding="require")


@scenario
def a_certificate():
    let_in("shown", shows="shown", require_auth="none", sslcertmode="require")
    let_in("Ann of Accounting", shows="Ann of Accounting", require_auth="none")
    no = 'certificate authentication failed for user "shown"'
    refused("shown", no, shows="Ann of Accounting")
    equal(talk("shown", shows="Ann of Accounting"), ["28000", no])
    missing = "connection requires a valid client certificate"
    refused("shown", missing)
    equal(talk("shown", tls=True), ["28000", missing])


@scenario
def a_certificate_by_a_map():
    let_in("mapped", shows="Ann of Accounting", require_auth="none")
    no = 'certificate authentication failed for user "mapped"'
    equal(talk("mapped", shows="shown"), ["28000", no])


@scenario
def a_certificate_beside_another_proof():
    let_in("doubled", shows="doubled", require_auth="scram-sha-256", channel_binding="require")
    refused("doubled", wrong("doubled"), shows="doubled", password="wrong")
    refused("doubled", wrong("doubled"), shows="shown")
    refused("doubled", "connection requires a valid client certificate")
    let_in("vouched", shows="shown", require_auth="none")
    refused("vouched", "connection requires a valid client certificate")
    equal(talk("named", shows="shown"), ["28000", '"trust" authentication failed for user "named"'])


@scenario
def a_certificate_of_another_authority():
    try:
        connect("vouched", shows="stranger")
    except psycopg.OperationalError as error:
        assert "FATAL" not in str(error), error
    else:
        raise AssertionError("let in")


@scenario
def rejected():
    host = 'host "127.0.0.1", user "rejected", database "{}", {}'
    for database in (rules()["database"], "nowhere"):
        for tls, encryption in ((False, "no encryption"), (True, "SSL encryption")):
            no = f"pg_hba.conf rejects connection for {host.format(database, encryption)}"
            equal(talk("rejected", database, tls), ["28000", no])
    no = 'pg_hba.conf rejects replication connection for host "127.0.0.1", user "hashed", no encryption'
    equal(talk("hashed", replication="true"), ["28000", no])


@scenario
def no_rule():
    no = 'no pg_hba.conf entry for host "127.0.0.1", user "stranger", database "nowhere", {}'
    equal(talk("stranger", "nowhere"), ["28000", no.format("no encryption")])
    equal(talk("stranger", "nowhere", tls=True), ["28000", no.format("SSL encryption")])
    equal(talk("clear", "nowhere"), ["28000", no.format("no encryption").replace("stranger", "clear")])
    no = 'no pg_hba.conf entry for replication connection from host "127.0.0.1", user "kept", no encryption'
    equal(talk("kept", replication="on"), ["28000", no])


if __name__ == "__main__":
    main()
