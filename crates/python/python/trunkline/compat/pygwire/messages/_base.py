"""What all messages have in common: each stands for one of `trunkline.protocol`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from trunkline import protocol
from trunkline.compat.pygwire.exceptions import DecodingError


_M = TypeVar("_M", bound="PGMessage")

#: The class that stands for a message of ours.
BY_OURS: dict[type[protocol.Message], type[PGMessage]] = {}


@dataclass
class PGMessage:
    """The base of all messages."""

    identifier: ClassVar[bytes] = b""
    _ours: ClassVar[type[protocol.Message]] = protocol.Message
    _fields: ClassVar[tuple[tuple[str, str], ...]] = ()
    #: Who sends it, and in which phase it is read.
    _sender: ClassVar[str] = "backend"
    _phase: ClassVar[protocol.Phase] = protocol.Phase.IDLE

    def __init_subclass__(cls) -> None:
        if "_ours" in vars(cls):
            BY_OURS[cls._ours] = cls

    def to_ours(self) -> protocol.Message:
        """The message of `trunkline.protocol` that this is; a ValueError or TypeError if it is none."""
        fields: dict[str, Any] = {ours: getattr(self, name) for name, ours in self._fields}
        return self._ours(**fields)

    @classmethod
    def from_ours(cls: type[_M], message: protocol.Message) -> _M:
        """What stands for a message of `trunkline.protocol`."""
        return cls(**{name: _own(getattr(message, ours)) for name, ours in cls._fields})

    def to_wire(self) -> bytes:
        """The whole frame."""
        return self.to_ours().to_wire()

    def encode(self) -> bytes:
        """The body alone."""
        return self.to_wire()[4 + len(self.identifier) :]

    @classmethod
    def decode(cls: type[_M], payload: bytes | memoryview) -> _M:
        """Reads a body; a DecodingError if it is not one of these."""
        body = bytes(payload)
        frame = cls.identifier + (len(body) + 4).to_bytes(4, "big") + body
        return cls._decode_frame(frame)

    @classmethod
    def _decode_frame(cls: type[_M], frame: bytes) -> _M:
        sender = "frontend" if cls._sender == "frontend" else "backend"
        decoder = protocol.Decoder(sender, phase=cls._phase)  # type: ignore[arg-type]
        try:
            messages = list(decoder.receive(frame))
        except protocol.RemoteProtocolError as error:
            raise DecodingError(str(error)) from error
        if len(messages) != 1:
            raise DecodingError(f"this is no {cls.__name__}")
        message = from_ours(messages[0])
        if not isinstance(message, cls):
            raise DecodingError(f"this is no {cls.__name__}, but {type(message).__name__}")
        return message


def _own(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def from_ours(message: protocol.Message) -> PGMessage:
    """What stands for a message of `trunkline.protocol`."""
    return BY_OURS[type(message)].from_ours(message)


@dataclass
class FrontendMessage(PGMessage):
    """The base of those that a frontend sends."""

    _sender: ClassVar[str] = "frontend"


@dataclass
class BackendMessage(PGMessage):
    """The base of those that a backend sends."""


@dataclass
class CommonMessage(FrontendMessage, BackendMessage):
    """The base of those that both send."""


@dataclass
class SpecialMessage(PGMessage):
    """The base of the packets without a type byte."""

    _sender: ClassVar[str] = "frontend"
    _phase: ClassVar[protocol.Phase] = protocol.Phase.STARTUP


@dataclass
class Authentication(BackendMessage):
    """The base of all requests for authentication."""

    identifier: ClassVar[bytes] = b"R"
    _phase: ClassVar[protocol.Phase] = protocol.Phase.AUTHENTICATION
