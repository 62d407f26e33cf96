"""From a server of trunkline's to the objects of a program."""

from __future__ import annotations

import datetime
import decimal
import json
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import trunkline
from trunkline.compat.postgres_proto.flow import PostgresError, PostgresServerFlowMixin
from trunkline.compat.postgres_proto.socket_handler import BasePostgresStreamRequestHandler
from trunkline.compat.postgres_proto.sql.tokenizer import lexemes
from trunkline.compat.postgres_proto.stream import ColumnDef, column_of
from trunkline.errors import is_sqlstate


@contextmanager
def told() -> Iterator[None]:
    """Errors of postgres_proto become errors of trunkline."""
    try:
        yield
    except PostgresError as error:
        code = error.code if is_sqlstate(str(error.code)) else "XX000"
        raise trunkline.Error(code, str(error.message), fatal=error.severity in ("FATAL", "PANIC")) from error
    except SyntaxError as error:
        # What the functions of `sql` raise of a client's statement.
        raise trunkline.Error("42601", str(error)) from error


class Clients:
    """Makes an object for each client, before its login where that asks for one."""

    def __init__(self, server: Any, cls: Callable[..., BasePostgresStreamRequestHandler]) -> None:
        self._server = server
        self._cls = cls
        self._lock = threading.Lock()
        self.connected = 0

    @property
    def decides(self) -> bool:
        """Whether the program decides of logins."""
        return getattr(self._cls, "is_authentication_needed", None) is not PostgresServerFlowMixin.is_authentication_needed

    def admit(self, login: trunkline.Login) -> bool:
        """Asks the program."""
        handler = self._cls(None, login.address, self._server)
        try:
            with told():
                _check(handler, login.encrypted)
                handler.user = login.user
                if handler.is_authentication_needed(login.user, login.database):
                    handler.user = handler.authenticate(login.user, login.password, login.database)
                if not handler.user:
                    raise PostgresError("authentication failure", "FATAL", "28000")
        except BaseException:
            handler.finish()
            raise
        login._attach(_Admitted(handler))
        return True

    def open(self, connection: trunkline.Connection) -> Session:
        """The object of a client that has come in."""
        handler = connection._attached.take() if connection._attached is not None else None
        with self._lock:
            self.connected += 1
        try:
            if handler is None:
                handler = self._cls(None, connection.address, self._server)
                handler.user = connection.user
            settings = {name: connection.setting(name) for name in ("client_encoding", "application_name")}
            handler.startup_params = {
                "user": connection.user,
                "database": connection.database,
                **{name: value for name, value in settings.items() if value},
            }
            with told():
                _check(handler, connection.encrypted)
                handler.handle_session_ready()
        except BaseException:
            self.gone(handler)
            raise
        return Session(handler, self.gone)

    def gone(self, handler: BasePostgresStreamRequestHandler | None) -> None:
        """Tells the object of a client that this has gone."""
        with self._lock:
            self.connected -= 1
        if handler is not None:
            handler.finish()


class _Admitted:
    """The object of a client that has proved who it is; it ends with a client that goes before it is connected."""

    def __init__(self, handler: BasePostgresStreamRequestHandler) -> None:
        self._handler: BasePostgresStreamRequestHandler | None = handler

    def take(self) -> BasePostgresStreamRequestHandler | None:
        handler, self._handler = self._handler, None
        return handler

    def __del__(self) -> None:
        handler = self.take()
        if handler is not None:
            handler.finish()


def _check(handler: BasePostgresStreamRequestHandler, encrypted: bool) -> None:
    if not encrypted and handler.must_use_encryption():
        raise PostgresError("must use encryption", "FATAL", "28000")


class Session:
    """Answers one client with the methods of its object."""

    def __init__(
        self, handler: BasePostgresStreamRequestHandler, gone: Callable[[BasePostgresStreamRequestHandler], None]
    ) -> None:
        self._handler = handler
        self._gone = gone
        find = getattr(handler, "get_stmt_handler", lambda stmt_type: None)
        hears = any(find(stmt_type) is not None for stmt_type in ("BEGIN", "COMMIT", "ROLLBACK"))
        self.transaction = self._transaction if hears else None

    def query(self, query: trunkline.Query) -> trunkline.Result:
        """Executes it, with the values of its parameters as constants in its text."""
        if query.describing and not query.sql.lstrip()[:6].lower() == "select":
            raise trunkline.Error("0A000", "the columns of this statement are not known before it runs")
        with told():
            command, rows, columns = self._handler.execute_query(_with_values(query.sql, query.params))
        tag = None if command == "SELECT" else command
        if not columns and not (rows or tag is None):
            return trunkline.Result(None, tag=tag)
        return trunkline.Result(*_typed(list(rows or []), [column_of(column) for column in columns or []]), tag=tag)

    def _transaction(self, what: str) -> None:
        method = self._handler.get_stmt_handler(what.upper())  # type: ignore[attr-defined]
        if method is not None:
            with told():
                method({})

    def disconnect(self, connection: trunkline.Connection) -> None:
        """Ends the object."""
        self._gone(self._handler)


def _with_values(sql: str, values: Sequence[Any]) -> str:
    """The text with a constant in the place of each parameter: a value is never read as SQL."""
    if not values:
        return sql
    pieces = []
    for kind, text, _ in lexemes(sql):
        number = int(text[1:]) if kind == "parameter" else 0
        pieces.append(_literal(values[number - 1]) if 0 < number <= len(values) else text)
    return "".join(pieces)


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, decimal.Decimal)):
        text = str(value)
        if text[0].isdigit():
            return text
        # Two minus signs would begin a comment.
        return f" {text}" if text[1:2].isdigit() else f"'{text}'"
    return "'" + _text(value).replace("'", "''") + "'"


def _text(value: Any) -> str:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "\\x" + bytes(value).hex()
    if isinstance(value, dict):
        return json.dumps(value)
    if isinstance(value, (list, tuple)):
        return "{" + ",".join(_element(item) for item in value) + "}"
    return str(value)


def _element(item: Any) -> str:
    if item is None:
        return "NULL"
    if isinstance(item, (list, tuple)):
        return _text(item)
    return '"' + _text(item).replace("\\", "\\\\").replace('"', '\\"') + '"'


_NUMBERS = {int: "int8", decimal.Decimal: "numeric", float: "float8"}
_TYPES: dict[type, str | None] = {
    str: "text",
    bool: "bool",
    bytes: "bytea",
    datetime.date: "date",
    datetime.timedelta: "interval",
    uuid.UUID: "uuid",
    dict: "jsonb",
    # What is in them decides.
    datetime.datetime: None,
    datetime.time: None,
    list: None,
    tuple: None,
}
# The types that drivers know, by their numbers.
_BY_NUMBER = {16: "bool", 17: "bytea", 20: "int8", 21: "int2", 23: "int4", 25: "text", 700: "float4", 701: "float8",
              1043: "varchar", 1082: "date", 1114: "timestamp", 1184: "timestamptz", 1700: "numeric", 2950: "uuid"}  # fmt: skip


def _typed(rows: list[Any], columns: Sequence[ColumnDef]) -> tuple[list[Any], list[Any]]:
    """Rows and columns with types; a column of several types is text."""
    found: list[Any] = []
    texts: list[int] = []
    for place, column in enumerate(columns):
        named = column.pytype if isinstance(column.pytype, str) else _BY_NUMBER.get(column.type_id or 25, "text")
        if isinstance(column.pytype, str) or column.type_id is not None:
            found.append((column.name, named))
            is_text = named == "text"
        else:
            classes = {type(row[place]) for row in rows} - {type(None)}
            kind = _kind(classes, rows, place)
            found.append(column.name if kind is None else (column.name, kind))
            is_text = kind == "text"
        if is_text:
            texts.append(place)
    if texts:
        rows = [list(row) for row in rows]
        for row in rows:
            for place in texts:
                if row[place] is not None and not isinstance(row[place], str):
                    row[place] = _text(row[place])
    return rows, found


def _kind(classes: set[type], rows: list[Any], place: int) -> str | None:
    if classes and classes <= _NUMBERS.keys():
        if classes == {int} and any(row[place] is not None and not -(2**63) <= row[place] < 2**63 for row in rows):
            return "numeric"
        return _NUMBERS[next(cls for cls in (float, decimal.Decimal, int) if cls in classes)]
    return _TYPES.get(next(iter(classes)), "text") if len(classes) == 1 else "text"
