"""A server of one table over plain sockets, made of `trunkline.protocol` alone.

Run it, then `psql -h 127.0.0.1 -p 5432 -c 'select * from cities'`. One thread for each client; whatever
is asked, the answer is the table.
"""

from __future__ import annotations

import socket
import sys
import threading

from trunkline import protocol

COLUMNS = protocol.RowDescription(
    [protocol.FieldDescription("city", 25), protocol.FieldDescription("people", 23, 4)]
)
CITIES = [("Lisbon", "545000"), ("Oslo", "709000"), ("Atlantis", None)]


def answer(server: protocol.Backend, message: protocol.Message) -> bytes:
    """What is to be written for a message."""
    match message:
        case protocol.SSLRequest():
            return server.send(protocol.SSLResponse(False))
        case protocol.GSSENCRequest():
            return server.send(protocol.GSSENCResponse(False))
        case protocol.StartupMessage():
            return server.send(
                protocol.AuthenticationOk(),
                protocol.ParameterStatus("server_version", "18.0"),
                protocol.ParameterStatus("client_encoding", "UTF8"),
                protocol.ReadyForQuery(),
            )
        case protocol.Query(sql) if not sql.strip(" ;"):
            return server.send(protocol.EmptyQueryResponse(), protocol.ReadyForQuery())
        case protocol.Query():
            end = protocol.CommandComplete(f"SELECT {len(CITIES)}"), protocol.ReadyForQuery()
            return server.send(COLUMNS) + server.send_rows(CITIES) + server.send(*end)
        case protocol.Sync():
            return server.send(protocol.ReadyForQuery())
        case protocol.Parse() | protocol.Bind() | protocol.Execute() | protocol.Describe():
            return server.send(protocol.ErrorResponse("only simple queries", "0A000"))
    return b""


def talk(client: socket.socket) -> None:
    """Answers one client until it leaves."""
    server = protocol.Backend()
    with client:
        while data := client.recv(65536):
            try:
                for message in server.receive(data):
                    client.sendall(answer(server, message))
            except protocol.RemoteProtocolError as error:
                if error.reply is not None:
                    fatal = error.reply.to_wire()
                    client.sendall(fatal if error.fatal else server.send(error.reply))
                if error.fatal:
                    return
            if server.phase == protocol.Phase.CLOSED:
                return


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 5432
    with socket.create_server(("127.0.0.1", port)) as listener:
        sys.stdout.write(f"listening on port {listener.getsockname()[1]}\n")
        sys.stdout.flush()
        while True:
            threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()
