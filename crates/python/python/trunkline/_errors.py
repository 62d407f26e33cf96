"""What the extension asks of exceptions: what the client is told of them, and what the log is."""

from __future__ import annotations

import logging
import re
from typing import Any

from trunkline.errors import Error, QueryCanceled, is_sqlstate

CANCELED = QueryCanceled

_log = logging.getLogger("trunkline")

# A path tells a stranger how the server is built: only its last part is told.
_PATH = re.compile(r"(?<![\w/:.])(?:[A-Za-z]:)?(?:[/\\][\w.@+-]+)+[/\\]([\w.@+-]+)")

_Told = tuple[str, str, list[tuple[str, str]], bool]


def answer(raised: BaseException) -> _Told:
    """SQLSTATE, message, other fields by their codes, and whether the connection ends."""
    if isinstance(raised, Error):
        fields = dict(raised.fields)
        for code, value in (("D", raised.detail), ("H", raised.hint), ("P", raised.position)):
            if value is not None:
                fields[code] = str(value)
        return raised.sqlstate, str(raised.message), list(fields.items()), raised.fatal
    told = _of_driver(raised)
    if told is not None:
        return told
    _log.error("a handler failed", exc_info=raised)
    return "XX000", _message(raised), [], False


def of_fields(sqlstate: str, message: str, fields: list[tuple[str, str]]) -> Error:
    """An error of the server's own, for Python code."""
    known = dict(fields)
    position = known.pop("P", None)
    return Error(
        sqlstate,
        message,
        detail=known.pop("D", None),
        hint=known.pop("H", None),
        position=None if position is None else int(position),
        fields=known,
    )


def log(raised: BaseException, what: str) -> None:
    """Tells of an exception that no client hears of."""
    _log.error(what, exc_info=raised)


def log_line(level: int, text: str) -> None:
    """Tells of what the server itself has seen."""
    _log.log(level, "%s", text)


def without_paths(text: str) -> str:
    """The text as a client may read it."""
    return _PATH.sub(r"\1", text)


def _of_driver(raised: BaseException) -> _Told | None:
    """What a PostgreSQL driver has raised goes on to the client: psycopg, psycopg2 and asyncpg tell a SQLSTATE."""
    try:
        sqlstate = getattr(raised, "sqlstate", None) or getattr(raised, "pgcode", None)
    except Exception:
        return None
    if not (isinstance(sqlstate, str) and is_sqlstate(sqlstate)):
        return None
    told: Any = getattr(raised, "diag", raised)
    message = getattr(told, "message_primary", None) or getattr(told, "message", None) or str(raised)
    fields = []
    for code, names in _FIELDS:
        value = next((value for name in names if (value := getattr(told, name, None))), None)
        if value is not None:
            fields.append((code, str(value)))
    return sqlstate, str(message), fields, False


_FIELDS = (
    ("D", ("message_detail", "detail")),
    ("H", ("message_hint", "hint")),
    ("P", ("statement_position", "position")),
    ("s", ("schema_name",)),
    ("t", ("table_name",)),
    ("c", ("column_name",)),
    ("n", ("constraint_name",)),
)


def _message(raised: BaseException) -> str:
    name = type(raised).__name__
    try:
        if isinstance(raised, OSError) and raised.strerror:
            text = raised.strerror
        else:
            text = without_paths(str(raised))
    except Exception:
        text = ""
    return f"{name}: {text}" if text else name
