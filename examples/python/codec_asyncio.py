"""A client of PostgreSQL over asyncio, made of `trunkline.protocol` alone.

`python codec_asyncio.py HOST PORT USER DATABASE 'select 1'` prints the rows, tab by tab. It logs in by
SCRAM, MD5, a password in clear (PGPASSWORD) or nothing, as the server asks for.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator

from trunkline import protocol


class Client:
    """One connection: what is sent, and what comes until the server is ready."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.connection = protocol.Frontend()

    def send(self, *messages: protocol.Message) -> None:
        self.writer.write(self.connection.send(*messages))

    async def replies(self) -> AsyncIterator[protocol.Message]:
        while data := await self.reader.read(65536):
            for message in self.connection.receive(data):
                yield message
            if self.connection.is_ready or self.connection.phase == protocol.Phase.CLOSED:
                return

    async def log_in(self, user: str, database: str, password: str) -> None:
        self.send(protocol.StartupMessage({"user": user, "database": database}))
        scram: protocol.ScramClient | None = None
        async for message in self.replies():
            match message:
                case protocol.AuthenticationCleartextPassword():
                    self.send(protocol.PasswordMessage(password))
                case protocol.AuthenticationMD5Password(salt):
                    answer = protocol.md5_password(user, password, salt)
                    self.send(protocol.PasswordMessage(answer))
                case protocol.AuthenticationSASL(mechanisms):
                    scram = protocol.ScramClient(mechanisms)
                    self.send(scram.first())
                case protocol.AuthenticationSASLContinue() if scram:
                    self.send(scram.respond(message, password))
                case protocol.AuthenticationSASLFinal() if scram:
                    scram.finish(message)
                case protocol.ErrorResponse(words):
                    sys.exit(words)


async def main(host: str, port: str, user: str, database: str, sql: str) -> None:
    """Asks one question."""
    client = Client(*await asyncio.open_connection(host, int(port)))
    await client.log_in(user, database, os.environ.get("PGPASSWORD", ""))
    client.send(protocol.Query(sql))
    async for message in client.replies():
        match message:
            case protocol.DataRow(values):
                texts = ("" if value is None else value.decode() for value in values)
                sys.stdout.write("\t".join(texts) + "\n")
            case protocol.ErrorResponse(words, sqlstate):
                sys.stderr.write(f"{sqlstate}: {words}\n")
    client.send(protocol.Terminate())
    client.writer.close()
    await client.writer.wait_closed()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:6]))
