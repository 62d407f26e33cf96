"""How messages are cut out of bytes, one at a time."""

from __future__ import annotations

import struct
from abc import ABC, abstractmethod

from trunkline.compat.pygwire.codec import BackendMessageDecoder, FrontendMessageDecoder
from trunkline.compat.pygwire.constants import ConnectionPhase, MessageDirection
from trunkline.compat.pygwire.exceptions import FramingError
from trunkline.compat.pygwire.messages import PGMessage

__all__ = ["FramingStrategy", "NegotiationFraming", "StandardFraming", "StartupFraming", "lookup_framing"]

_DECODERS = {MessageDirection.FRONTEND: FrontendMessageDecoder, MessageDirection.BACKEND: BackendMessageDecoder}


class FramingStrategy(ABC):
    """Where a message ends."""

    def __init__(self, max_message_size: int = 1 << 30) -> None:
        self._max_message_size = max_message_size

    def try_parse(
        self, buf: memoryview, pos: int, phase: ConnectionPhase, direction: MessageDirection
    ) -> tuple[PGMessage, int] | None:
        """The message at a place, and how many bytes it takes; None if there is not all of it. FramingError or DecodingError for what is none."""
        size = self._size(buf[pos:])
        if size is None or len(buf) - pos < size:
            return None
        decoder = _DECODERS[direction]()
        decoder.phase = phase
        decoder.feed(buf[pos : pos + size])
        return next(decoder), size

    @abstractmethod
    def _size(self, rest: memoryview) -> int | None:
        """How many bytes a message takes; None where that is not known yet."""

    def _counted(self, rest: memoryview, before: int, least: int) -> int | None:
        if len(rest) < before + 4:
            return None
        (length,) = struct.unpack_from("!i", rest, before)
        if not least <= length <= self._max_message_size:
            raise FramingError(f"a message says that it has {length} bytes: {least} to {self._max_message_size} are allowed")
        return before + int(length)


class StartupFraming(FramingStrategy):
    """Of the first packets of a frontend: a length, and no type."""

    def _size(self, rest: memoryview) -> int | None:
        return self._counted(rest, 0, 8)


class NegotiationFraming(FramingStrategy):
    """Of the answer to a request for TLS or GSSAPI: one byte."""

    def _size(self, rest: memoryview) -> int | None:
        return 1 if rest else None


class StandardFraming(FramingStrategy):
    """Of all others: a type and a length."""

    def _size(self, rest: memoryview) -> int | None:
        return self._counted(rest, 1, 4)


def lookup_framing(phase: ConnectionPhase, direction: MessageDirection) -> FramingStrategy:
    """How the messages of one side are cut in a phase."""
    if phase is ConnectionPhase.STARTUP and direction is MessageDirection.FRONTEND:
        return StartupFraming()
    negotiates = phase in (ConnectionPhase.SSL_NEGOTIATION, ConnectionPhase.GSS_NEGOTIATION)
    return NegotiationFraming() if negotiates and direction is MessageDirection.BACKEND else StandardFraming()
