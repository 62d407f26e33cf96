"""Queries, statements, portals and rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from trunkline import protocol
from trunkline.compat.pygwire.messages._base import BackendMessage, FrontendMessage

__all__ = [
    "Query",
    "CommandComplete",
    "EmptyQueryResponse",
    "DataRow",
    "Parse",
    "Bind",
    "Describe",
    "Execute",
    "Close",
    "Sync",
    "Flush",
    "ParseComplete",
    "BindComplete",
    "CloseComplete",
    "NoData",
    "PortalSuspended",
    "ParameterDescription",
]


@dataclass
class Query(FrontendMessage):
    """Run every statement of a string."""

    identifier: ClassVar[bytes] = b"Q"
    _ours: ClassVar[type[protocol.Message]] = protocol.Query
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("query_string", "sql"),)

    query_string: str = ""


@dataclass
class CommandComplete(BackendMessage):
    """A statement has run to its end."""

    identifier: ClassVar[bytes] = b"C"
    _ours: ClassVar[type[protocol.Message]] = protocol.CommandComplete
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("tag", "tag"),)

    tag: str = ""


@dataclass
class EmptyQueryResponse(BackendMessage):
    """The query string was empty."""

    identifier: ClassVar[bytes] = b"I"
    _ours: ClassVar[type[protocol.Message]] = protocol.EmptyQueryResponse


@dataclass
class DataRow(BackendMessage):
    """A row."""

    identifier: ClassVar[bytes] = b"D"
    _ours: ClassVar[type[protocol.Message]] = protocol.DataRow
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("columns", "values"),)

    columns: list[bytes | None] = field(default_factory=list)


@dataclass
class Parse(FrontendMessage):
    """Prepare a statement."""

    identifier: ClassVar[bytes] = b"P"
    _ours: ClassVar[type[protocol.Message]] = protocol.Parse
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("statement", "name"), ("query", "sql"), ("param_types", "parameter_types"),)

    statement: str = ""
    query: str = ""
    param_types: list[int] = field(default_factory=list)


@dataclass
class Bind(FrontendMessage):
    """Make a portal."""

    identifier: ClassVar[bytes] = b"B"
    _ours: ClassVar[type[protocol.Message]] = protocol.Bind
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("portal", "portal"), ("statement", "statement"), ("param_formats", "parameter_formats"), ("param_values", "parameters"), ("result_formats", "result_formats"),)

    portal: str = ""
    statement: str = ""
    param_formats: list[int] = field(default_factory=list)
    param_values: list[bytes | None] = field(default_factory=list)
    result_formats: list[int] = field(default_factory=list)


@dataclass
class Describe(FrontendMessage):
    """Tell of a statement or portal."""

    identifier: ClassVar[bytes] = b"D"
    _ours: ClassVar[type[protocol.Message]] = protocol.Describe
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("kind", "target"), ("name", "name"),)

    kind: str = "S"
    name: str = ""


@dataclass
class Execute(FrontendMessage):
    """Run a portal."""

    identifier: ClassVar[bytes] = b"E"
    _ours: ClassVar[type[protocol.Message]] = protocol.Execute
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("portal", "portal"), ("max_rows", "max_rows"),)

    portal: str = ""
    max_rows: int = 0


@dataclass
class Close(FrontendMessage):
    """Forget a statement or portal."""

    identifier: ClassVar[bytes] = b"C"
    _ours: ClassVar[type[protocol.Message]] = protocol.Close
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("kind", "target"), ("name", "name"),)

    kind: str = "S"
    name: str = ""


@dataclass
class Sync(FrontendMessage):
    """The end of a pipeline."""

    identifier: ClassVar[bytes] = b"S"
    _ours: ClassVar[type[protocol.Message]] = protocol.Sync


@dataclass
class Flush(FrontendMessage):
    """Send what is pending."""

    identifier: ClassVar[bytes] = b"H"
    _ours: ClassVar[type[protocol.Message]] = protocol.Flush


@dataclass
class ParseComplete(BackendMessage):
    """The statement is prepared."""

    identifier: ClassVar[bytes] = b"1"
    _ours: ClassVar[type[protocol.Message]] = protocol.ParseComplete


@dataclass
class BindComplete(BackendMessage):
    """The portal is made."""

    identifier: ClassVar[bytes] = b"2"
    _ours: ClassVar[type[protocol.Message]] = protocol.BindComplete


@dataclass
class CloseComplete(BackendMessage):
    """It is forgotten."""

    identifier: ClassVar[bytes] = b"3"
    _ours: ClassVar[type[protocol.Message]] = protocol.CloseComplete


@dataclass
class NoData(BackendMessage):
    """The statement returns no rows."""

    identifier: ClassVar[bytes] = b"n"
    _ours: ClassVar[type[protocol.Message]] = protocol.NoData


@dataclass
class PortalSuspended(BackendMessage):
    """The row limit is reached."""

    identifier: ClassVar[bytes] = b"s"
    _ours: ClassVar[type[protocol.Message]] = protocol.PortalSuspended


@dataclass
class ParameterDescription(BackendMessage):
    """The types of the parameters."""

    identifier: ClassVar[bytes] = b"t"
    _ours: ClassVar[type[protocol.Message]] = protocol.ParameterDescription
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("type_oids", "types"),)

    type_oids: list[int] = field(default_factory=list)
