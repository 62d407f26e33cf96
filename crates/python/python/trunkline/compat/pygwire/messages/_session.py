"""COPY, settings, notifications, function calls and the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from trunkline import protocol
from trunkline.compat.pygwire.messages._base import BackendMessage, CommonMessage, FrontendMessage

__all__ = [
    "CopyData",
    "CopyDone",
    "CopyFail",
    "CopyInResponse",
    "CopyOutResponse",
    "CopyBothResponse",
    "NotificationResponse",
    "ParameterStatus",
    "BackendKeyData",
    "FunctionCall",
    "FunctionCallResponse",
    "Terminate",
]


@dataclass
class CopyData(CommonMessage):
    """A piece of data."""

    identifier: ClassVar[bytes] = b"d"
    _ours: ClassVar[type[protocol.Message]] = protocol.CopyData
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("data", "data"),)

    data: bytes = b""


@dataclass
class CopyDone(CommonMessage):
    """The end of the data."""

    identifier: ClassVar[bytes] = b"c"
    _ours: ClassVar[type[protocol.Message]] = protocol.CopyDone


@dataclass
class CopyFail(FrontendMessage):
    """The frontend gives up."""

    identifier: ClassVar[bytes] = b"f"
    _ours: ClassVar[type[protocol.Message]] = protocol.CopyFail
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("error_message", "message"),)

    error_message: str = ""


@dataclass
class CopyInResponse(BackendMessage):
    """The backend takes data."""

    identifier: ClassVar[bytes] = b"G"
    _ours: ClassVar[type[protocol.Message]] = protocol.CopyInResponse
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("overall_format", "format"), ("col_formats", "columns"),)

    overall_format: int = 0
    col_formats: list[int] = field(default_factory=list)


@dataclass
class CopyOutResponse(BackendMessage):
    """Data follows."""

    identifier: ClassVar[bytes] = b"H"
    _ours: ClassVar[type[protocol.Message]] = protocol.CopyOutResponse
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("overall_format", "format"), ("col_formats", "columns"),)

    overall_format: int = 0
    col_formats: list[int] = field(default_factory=list)


@dataclass
class CopyBothResponse(BackendMessage):
    """Data flows both ways: pygwire has none."""

    identifier: ClassVar[bytes] = b"W"
    _ours: ClassVar[type[protocol.Message]] = protocol.CopyBothResponse
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("overall_format", "format"), ("col_formats", "columns"),)

    overall_format: int = 0
    col_formats: list[int] = field(default_factory=list)


@dataclass
class NotificationResponse(BackendMessage):
    """What NOTIFY sent."""

    identifier: ClassVar[bytes] = b"A"
    _ours: ClassVar[type[protocol.Message]] = protocol.NotificationResponse
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("process_id", "process_id"), ("channel", "channel"), ("payload", "payload"),)

    process_id: int = 0
    channel: str = ""
    payload: str = ""


@dataclass
class ParameterStatus(BackendMessage):
    """A setting."""

    identifier: ClassVar[bytes] = b"S"
    _ours: ClassVar[type[protocol.Message]] = protocol.ParameterStatus
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("name", "name"), ("value", "value"),)

    name: str = ""
    value: str = ""


@dataclass
class BackendKeyData(BackendMessage):
    """What a CancelRequest must present."""

    identifier: ClassVar[bytes] = b"K"
    _ours: ClassVar[type[protocol.Message]] = protocol.BackendKeyData
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("process_id", "process_id"), ("secret_key", "key"),)

    process_id: int = 0
    secret_key: bytes = b""


@dataclass
class FunctionCall(FrontendMessage):
    """Call a function by its oid."""

    identifier: ClassVar[bytes] = b"F"
    _ours: ClassVar[type[protocol.Message]] = protocol.FunctionCall
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("function_oid", "function"), ("arg_formats", "argument_formats"), ("arguments", "arguments"), ("result_format", "result_format"),)

    function_oid: int = 0
    arg_formats: list[int] = field(default_factory=list)
    arguments: list[bytes | None] = field(default_factory=list)
    result_format: int = 0


@dataclass
class FunctionCallResponse(BackendMessage):
    """The result of it."""

    identifier: ClassVar[bytes] = b"V"
    _ours: ClassVar[type[protocol.Message]] = protocol.FunctionCallResponse
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("result", "value"),)

    result: bytes | None = None


@dataclass
class Terminate(FrontendMessage):
    """The frontend is leaving."""

    identifier: ClassVar[bytes] = b"X"
    _ours: ClassVar[type[protocol.Message]] = protocol.Terminate
