"""A client over a socket, made of `protocol.Frontend`: what the live tests talk to PostgreSQL with."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

from trunkline import protocol as p

SERVERS = os.environ.get("TRUNKLINE_TEST_POSTGRESQL", "127.0.0.1:15415,127.0.0.1:15418").split(",")


class Client:
    """One connection, logged in."""

    def __init__(
        self, address: tuple[str, int], user: str, database: str, password: str = "", **options: object
    ) -> None:
        self.socket = socket.create_connection(address, timeout=20)
        self.connection = p.Frontend(**options)
        self.key: p.BackendKeyData | None = None
        self.seen = b""
        self.send(p.StartupMessage({"user": user, "database": database}))
        scram: p.ScramClient | None = None
        for message in self.replies():
            match message:
                case p.AuthenticationMD5Password(salt):
                    self.send(p.PasswordMessage(p.md5_password(user, password, salt)))
                case p.AuthenticationSASL(mechanisms):
                    scram = p.ScramClient(mechanisms)
                    self.send(scram.first())
                case p.AuthenticationSASLContinue():
                    assert scram is not None
                    self.send(scram.respond(message, password))
                case p.AuthenticationSASLFinal():
                    assert scram is not None
                    scram.finish(message)
                case p.BackendKeyData():
                    self.key = message
                case p.ErrorResponse():
                    raise RuntimeError(message.message)

    def send(self, *messages: p.Message) -> None:
        self.socket.sendall(self.connection.send(*messages))

    def replies(self) -> Iterator[p.Message]:
        """What comes, up to ReadyForQuery."""
        while True:
            for message in self.connection.receive(b""):
                yield message
                if isinstance(message, p.ReadyForQuery):
                    return
            data = self.socket.recv(65536)
            if not data:
                return
            self.seen += data
            messages = self.connection.receive(data)
            for message in messages:
                yield message
                if isinstance(message, p.ReadyForQuery):
                    return

    def ask(self, *messages: p.Message) -> list[p.Message]:
        self.send(*messages)
        return list(self.replies())

    def close(self) -> None:
        self.send(p.Terminate())
        assert self.socket.recv(1) == b""
        self.socket.close()
