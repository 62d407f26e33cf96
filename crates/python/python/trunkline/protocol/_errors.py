"""The exceptions of the codec, sorted by blame."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trunkline.protocol._messages import ErrorResponse

__all__ = ["LocalProtocolError", "ProtocolError", "RemoteProtocolError"]


class ProtocolError(Exception):
    """Somebody broke the protocol."""

    __module__ = "trunkline.protocol"


class LocalProtocolError(ProtocolError):
    """Our caller did: the message must not be sent now. Nothing has changed, nothing is to be sent."""

    __module__ = "trunkline.protocol"


class RemoteProtocolError(ProtocolError):
    """The peer did: what it sent cannot be read, or must not come now.

    ``sqlstate`` is the code of it. ``reply`` is the ErrorResponse that a backend sends for it; None if
    the connection is to be closed without a word (as PostgreSQL does where a length cannot be believed),
    and always None for a frontend. ``fatal`` tells whether the connection is over.
    """

    __module__ = "trunkline.protocol"

    def __init__(
        self,
        message: str,
        sqlstate: str = "08P01",
        reply: ErrorResponse | None = None,
        fatal: bool = True,
    ) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.reply = reply
        self.fatal = fatal
