"""What tables are made of, and how they are read."""

from __future__ import annotations

import inspect
import threading
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trunkline import sql
from trunkline._trunkline import Result
from trunkline.tables import _types

Key = tuple[str, str]


@dataclass(frozen=True)
class Rows:
    """Rows of Python's values, with columns by name and type; the type is None where all values are NULL."""

    columns: list[tuple[str, str | None]]
    rows: Sequence[Sequence[Any]]


class Stream:
    """Arrow data, and nothing else of what it comes from: engines take it as it is, without a copy."""

    def __init__(self, given: Any) -> None:
        self.given = given

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.given.__arrow_c_stream__(requested_schema)


Data = Rows | Stream


class Source:
    """A table: what was given for it."""

    def __init__(self, key: Key, given: Any) -> None:
        self.key = key
        self._given = given
        self._engine = _engine(given)
        #: Whether somebody else is asked for it, and columns are only asked for once.
        self.is_asked = self._engine is not None or callable(given)
        self._wants_query = False
        if self._engine is None and callable(given):
            if inspect.iscoroutinefunction(given):
                raise TypeError(f"table {self}: a function is called, a coroutine is not awaited")
            self._wants_query = _has_parameter(given)
        elif not self.is_asked and not _is_data(given):
            kinds = "a list of dicts, a frame, Arrow data, (rows, columns), a function or a connection"
            raise TypeError(f"table {self} is {kinds}, not {type(given)}; a dict is a schema of tables")

    def read(self, query: Any) -> Data:
        """The table as it is now; `query` is None if nobody asks for more than its columns."""
        if self._engine is not None:
            return self._engine(self.key[1])
        if not self.is_asked:
            return _data(self, self._given)
        return _data(self, self._given(query) if self._wants_query else self._given())

    def __str__(self) -> str:
        return ".".join(sql.quote_identifier(name) for name in self.key)


def sources(tables: Mapping[str, Any]) -> dict[Key, Source]:
    """The tables by schema and name; a dict among them is a schema, the others are in ``public``."""
    found: dict[Key, Source] = {}
    for name, given in tables.items():
        inner = given.items() if isinstance(given, Mapping) else [(name, given)]
        for table, source in inner:
            key = (name if isinstance(given, Mapping) else "public", table)
            if not all(isinstance(part, str) and part and "\0" not in part for part in key):
                raise TypeError(f"a table and a schema have a name, not {key}")
            if key in found:
                raise ValueError(f"table {Source(key, source)} is there twice")
            found[key] = Source(key, source)
    return found


def _is_data(given: Any) -> bool:
    if isinstance(given, list):
        return not given or isinstance(given[0], Mapping)
    return isinstance(given, (Result, tuple)) or hasattr(given, "__arrow_c_stream__")


def _data(source: Source, given: Any) -> Data:
    if hasattr(given, "__arrow_c_stream__"):
        return Stream(given)
    if isinstance(given, Result) and given.rows is not None:
        given = (given.rows, given.columns)
    if isinstance(given, tuple) and len(given) == 2 and given[1] is not None:
        return _typed(source, *given)
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise TypeError(f"table {source}: a list of dicts, a frame, Arrow data or (rows, columns) is asked for, not {type(given)}")
    dicts = list(given)
    names: dict[str, None] = {}
    for row in dicts:
        if not isinstance(row, Mapping):
            raise TypeError(f"table {source}: a row without named columns is a dict, not {type(row)}")
        names.update(dict.fromkeys(row))
    return _typed(source, [[row.get(name) for name in names] for row in dicts], list(names))


def _typed(source: Source, given: Iterable[Any], columns: Iterable[Any]) -> Rows:
    named = [(column, None) if isinstance(column, str) else (column[0], column[1] if len(column) == 2 else None) for column in columns]
    if any(not isinstance(name, str) for name, _ in named):
        raise TypeError(f"table {source}: a column has a name, which is a str")
    rows = [list(map(_types.plain, row)) for row in given]
    if any(len(row) != len(named) for row in rows):
        raise ValueError(f"table {source}: each row has {len(named)} values")
    found = []
    for place, (name, ty) in enumerate(named):
        try:
            found.append((name, ty or _types.of(row[place] for row in rows)))
        except TypeError as wrong:
            raise TypeError(f"table {source}, column {sql.quote_identifier(name)}: {wrong}") from None
    return Rows(found, rows)


def _has_parameter(function: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return any(one.kind in kinds and one.default is one.empty for one in parameters)


# A connection is asked by one thread at a time, whichever of its tables they want.
_LOCKS: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()


class _Lock:
    """A lock that is forgotten when nobody holds it any more."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


def _engine(given: Any) -> Callable[[str], Data] | None:
    """What reads a table of a connection; None for what is none."""
    if hasattr(given, "dialect") and callable(getattr(given, "connect", None)):
        return lambda name: _of_sqlalchemy(given, name)
    if not callable(getattr(given, "cursor", None)):
        return None
    if type(given).__module__.partition(".")[0] in ("duckdb", "_duckdb"):
        return lambda name: Stream(given.cursor().sql(f"select * from {_quoted(name)}"))
    lock = _LOCKS.setdefault(id(given), _Lock())

    def read(name: str) -> Data:
        with lock.lock:
            cursor = given.cursor()
            try:
                cursor.execute(f"select * from {_quoted(name)}")
                return _from_cursor(cursor.fetchall(), [column[0] for column in cursor.description], name)
            finally:
                cursor.close()

    return read


def _of_sqlalchemy(engine: Any, name: str) -> Data:
    quoted = engine.dialect.identifier_preparer.quote_identifier(name)
    with engine.connect() as connection:
        result = connection.exec_driver_sql(f"select * from {quoted}")
        return _from_cursor(result.fetchall(), list(result.keys()), name)


def _from_cursor(rows: list[Any], names: list[str], table: str) -> Rows:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    try:
        types = [_types.of(column) for column in columns]
    except TypeError as wrong:
        raise TypeError(f"table {_quoted(table)}: {wrong}") from None
    return Rows(list(zip(names, types, strict=True)), [list(row) for row in rows])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
