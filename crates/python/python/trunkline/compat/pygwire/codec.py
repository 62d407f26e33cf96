"""The decoders of pygwire: messages out of bytes, in the phase that they are told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from trunkline import protocol
from trunkline.compat.pygwire.constants import ConnectionPhase
from trunkline.compat.pygwire.exceptions import DecodingError, FramingError
from trunkline.compat.pygwire.messages import PGMessage
from trunkline.compat.pygwire.messages._base import from_ours

__all__ = ["BackendMessageDecoder", "FrontendMessageDecoder"]

_P = protocol.Phase
#: The phases that decide how bytes are read; any other is as after the login.
_READ_AS = {
    ConnectionPhase.STARTUP: _P.STARTUP,
    ConnectionPhase.SSL_NEGOTIATION: _P.SSL_NEGOTIATION,
    ConnectionPhase.GSS_NEGOTIATION: _P.GSS_NEGOTIATION,
    ConnectionPhase.AUTHENTICATING: _P.PASSWORD,
    ConnectionPhase.AUTHENTICATING_SASL_INITIAL: _P.SASL_INITIAL,
    ConnectionPhase.AUTHENTICATING_SASL_CONTINUE: _P.SASL,
}


class StreamDecoder:
    """The base of both decoders."""

    _sender: Literal["frontend", "backend"]

    def __init__(self) -> None:
        self._decoder = protocol.Decoder(self._sender)
        self._phase = ConnectionPhase.STARTUP

    @property
    def phase(self) -> ConnectionPhase:
        """The phase in which what comes is read."""
        return self._phase

    @phase.setter
    def phase(self, value: ConnectionPhase) -> None:
        self._phase = value
        self._decoder.stand(_READ_AS.get(value, _P.IDLE))

    @property
    def buffered(self) -> int:
        """How many bytes are kept."""
        return self._decoder.buffered

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Takes bytes that have arrived."""
        self._decoder.receive(data)

    def __iter__(self) -> Iterator[PGMessage]:
        return self

    def __next__(self) -> PGMessage:
        try:
            return from_ours(next(self._decoder.receive(b"")))
        except protocol.RemoteProtocolError as error:
            is_framing = error.reply is None or "message type" in str(error)
            raise (FramingError if is_framing else DecodingError)(str(error)) from error

    def clear(self) -> None:
        """Forgets what is kept."""
        self._decoder = protocol.Decoder(self._sender)
        self.phase = self._phase


class FrontendMessageDecoder(StreamDecoder):
    """Reads what a frontend sends."""

    _sender = "frontend"


class BackendMessageDecoder(StreamDecoder):
    """Reads what a backend sends."""

    _sender = "backend"
