"""The messages whose fields are not those of ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from trunkline import protocol
from trunkline.compat.pygwire.constants import StartupRequestCode, TransactionStatus
from trunkline.compat.pygwire.messages._base import BackendMessage, FrontendMessage, SpecialMessage

__all__ = [
    "CancelRequest",
    "ErrorResponse",
    "FieldDescription",
    "GSSEncRequest",
    "GSSResponse",
    "NegotiateProtocolVersion",
    "NoticeResponse",
    "PasswordMessage",
    "ReadyForQuery",
    "RowDescription",
    "SASLInitialResponse",
    "SSLRequest",
    "SSLResponse",
    "StartupMessage",
]


@dataclass
class StartupMessage(SpecialMessage):
    """Who logs in."""

    _ours: ClassVar[type[protocol.Message]] = protocol.StartupMessage

    params: dict[str, str] = field(default_factory=dict)
    protocol_version: int = StartupRequestCode.V3_0

    def to_ours(self) -> protocol.Message:
        version = (self.protocol_version >> 16, self.protocol_version & 0xFFFF)
        return protocol.StartupMessage(self.params, version)

    @classmethod
    def from_ours(cls, message: Any) -> StartupMessage:
        major, minor = message.version
        return cls(dict(message.parameters), major << 16 | minor)


@dataclass
class SSLRequest(SpecialMessage):
    """May we speak TLS?"""

    _ours: ClassVar[type[protocol.Message]] = protocol.SSLRequest


@dataclass
class GSSEncRequest(SpecialMessage):
    """May we encrypt with GSSAPI?"""

    _ours: ClassVar[type[protocol.Message]] = protocol.GSSENCRequest


@dataclass
class CancelRequest(SpecialMessage):
    """Cancel what another connection runs."""

    _ours: ClassVar[type[protocol.Message]] = protocol.CancelRequest
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (
        ("process_id", "process_id"),
        ("secret_key", "key"),
    )

    process_id: int = 0
    secret_key: bytes = b""


@dataclass
class _Answer(BackendMessage):
    """A byte that is no message."""

    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("accepted", "accepted"),)

    accepted: bool = True

    def encode(self) -> bytes:
        return self.to_wire()

    @classmethod
    def decode(cls, payload: bytes | memoryview) -> Any:
        return cls._decode_frame(bytes(payload[:1]))


@dataclass
class SSLResponse(_Answer):
    """The answer to SSLRequest."""

    _ours: ClassVar[type[protocol.Message]] = protocol.SSLResponse
    _phase: ClassVar[protocol.Phase] = protocol.Phase.SSL_NEGOTIATION


@dataclass
class GSSResponse(_Answer):
    """The answer to GSSEncRequest: not the message of that name, which is a PasswordMessage here."""

    _ours: ClassVar[type[protocol.Message]] = protocol.GSSENCResponse
    _phase: ClassVar[protocol.Phase] = protocol.Phase.GSS_NEGOTIATION


@dataclass
class PasswordMessage(FrontendMessage):
    """A password, or as bytes a token of GSSAPI or SSPI: with the NULs that it has."""

    identifier: ClassVar[bytes] = b"p"
    _ours: ClassVar[type[protocol.Message]] = protocol.PasswordMessage
    _phase: ClassVar[protocol.Phase] = protocol.Phase.PASSWORD

    password: str | bytes = ""

    def to_ours(self) -> protocol.Message:
        if isinstance(self.password, bytes):
            return protocol.GSSResponse(self.password)
        return protocol.PasswordMessage(self.password)

    @classmethod
    def from_ours(cls, message: Any) -> PasswordMessage:
        is_token = isinstance(message, protocol.GSSResponse)
        return cls(message.data if is_token else message.password)


@dataclass
class SASLInitialResponse(FrontendMessage):
    """The mechanism chosen; without data none is sent."""

    identifier: ClassVar[bytes] = b"p"
    _ours: ClassVar[type[protocol.Message]] = protocol.SASLInitialResponse
    _phase: ClassVar[protocol.Phase] = protocol.Phase.SASL_INITIAL

    mechanism: str = ""
    data: bytes = b""

    def to_ours(self) -> protocol.Message:
        return protocol.SASLInitialResponse(self.mechanism, self.data or None)

    @classmethod
    def from_ours(cls, message: Any) -> SASLInitialResponse:
        return cls(message.mechanism, message.data or b"")


@dataclass
class ReadyForQuery(BackendMessage):
    """Everything before is answered."""

    identifier: ClassVar[bytes] = b"Z"
    _ours: ClassVar[type[protocol.Message]] = protocol.ReadyForQuery

    status: TransactionStatus = TransactionStatus.IDLE

    def to_ours(self) -> protocol.Message:
        return protocol.ReadyForQuery(TransactionStatus(self.status).value)

    @classmethod
    def from_ours(cls, message: Any) -> ReadyForQuery:
        return cls(TransactionStatus(message.status))


@dataclass
class FieldDescription:
    """One column of a RowDescription."""

    name: str = ""
    table_oid: int = 0
    column_attr: int = 0
    type_oid: int = 0
    type_size: int = 0
    type_modifier: int = 0
    format_code: int = 0


@dataclass
class RowDescription(BackendMessage):
    """The columns of the rows that follow."""

    identifier: ClassVar[bytes] = b"T"
    _ours: ClassVar[type[protocol.Message]] = protocol.RowDescription

    fields: list[FieldDescription] = field(default_factory=list)

    def to_ours(self) -> protocol.Message:
        return protocol.RowDescription(
            protocol.FieldDescription(
                column.name,
                column.type_oid,
                column.type_size,
                column.type_modifier,
                column.format_code,
                column.table_oid,
                column.column_attr,
            )
            for column in self.fields
        )

    @classmethod
    def from_ours(cls, message: Any) -> RowDescription:
        return cls(
            [
                FieldDescription(
                    name=column.name,
                    table_oid=column.table,
                    column_attr=column.column,
                    type_oid=column.type_oid,
                    type_size=column.typlen,
                    type_modifier=column.typmod,
                    format_code=column.format,
                )
                for column in message.fields
            ]
        )


@dataclass
class _Fields(BackendMessage):
    """An error or a notice."""

    fields: dict[str, str] = field(default_factory=dict)

    def to_ours(self) -> protocol.Message:
        made: Any = self._ours
        message: protocol.Message = made.from_fields(self.fields.items())
        return message

    @classmethod
    def from_ours(cls, message: Any) -> Any:
        return cls(dict(message.fields))

    @property
    def severity(self) -> str:
        return self.fields.get("S", "")

    @property
    def code(self) -> str:
        return self.fields.get("C", "")

    @property
    def message(self) -> str:
        return self.fields.get("M", "")


@dataclass
class ErrorResponse(_Fields):
    """The message in hand failed, or the connection."""

    identifier: ClassVar[bytes] = b"E"
    _ours: ClassVar[type[protocol.Message]] = protocol.ErrorResponse


@dataclass
class NoticeResponse(_Fields):
    """A warning or a word."""

    identifier: ClassVar[bytes] = b"N"
    _ours: ClassVar[type[protocol.Message]] = protocol.NoticeResponse


@dataclass
class NegotiateProtocolVersion(BackendMessage):
    """The version that will be spoken: the whole word, as pygwire gives it."""

    identifier: ClassVar[bytes] = b"v"
    _ours: ClassVar[type[protocol.Message]] = protocol.NegotiateProtocolVersion
    _phase: ClassVar[protocol.Phase] = protocol.Phase.AUTHENTICATION

    newest_minor: int = 0
    unrecognized: list[str] = field(default_factory=list)

    def to_ours(self) -> protocol.Message:
        version = (self.newest_minor >> 16, self.newest_minor & 0xFFFF)
        return protocol.NegotiateProtocolVersion(version, self.unrecognized)

    @classmethod
    def from_ours(cls, message: Any) -> NegotiateProtocolVersion:
        major, minor = message.version
        return cls(major << 16 | minor, list(message.options))
