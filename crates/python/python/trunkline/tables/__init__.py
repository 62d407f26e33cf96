"""Python's own data as tables: `Tables`, a handler."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from trunkline import sql
from trunkline._trunkline import Catalog, Connection, Query
from trunkline.errors import Error, QueryCanceled
from trunkline.tables import _parameters, _values
from trunkline.tables._engine import Engine, Shape
from trunkline.tables._sources import Data, Key, Source, sources

_log = logging.getLogger("trunkline")


class Tables:
    """Lists, frames, functions and connections as tables: ``trunkline.Server(trunkline.Tables({"cities": [{"name": "Oslo"}]}))``.

    A table is a list of dicts, a frame of polars or pandas, an Arrow table or anything else with ``__arrow_c_stream__``
    that may be read more than once, ``(rows, columns)`` or a `Result`; a function that returns one of these, called for
    each statement that names its table, with the `Query` if it has a parameter (None where only columns are wanted);
    or a connection of sqlite3, DuckDB or any other DB-API module, or an engine of SQLAlchemy, whose table of this name
    is read. A dict is a schema of tables; those without one are in ``public``.

    engine
        Who understands the statements: ``"duckdb"``, ``"datafusion"``, each of which is a package to install; or
        ``"plain"``, which needs nothing and reads one table at a time. The first of them that is installed.

    Names are folded as PostgreSQL does: who asks for a table ``Orders`` puts it in quotes. Nobody writes: statements
    that are not queries are 0A000, unless a function of `Server.statement` answers them.
    """

    def __init__(self, tables: Mapping[str, Any], *, engine: str | None = None) -> None:
        self._sources = sources(tables)
        self._engine = _engine(engine)(self._sources)
        self._lock = threading.Lock()
        # What those have that are asked for their columns only once.
        self._shapes: dict[Key, Shape] = {}
        self._changed: list[Callable[[], object]] = []

    def open(self, connection: Connection) -> _Session:
        """What answers one connection."""
        return _Session(self)

    def catalog(self, database: str) -> Catalog:
        """What there is to see: all tables, with the columns that they have now."""
        catalog = Catalog()
        for key, source in self._sources.items():
            columns: list[tuple[str, str]] = []
            try:
                columns = self._shape(source).columns
            except QueryCanceled:
                raise
            except (Exception, SystemExit) as failed:
                _log.error("the columns of table %s are not known", source, exc_info=failed)
            catalog.table(key[1], columns, schema=key[0])
        return catalog

    def refresh(self) -> None:
        """Forgets the columns of functions and connections, which are asked anew."""
        with self._lock:
            self._shapes.clear()

    def when_changed(self, tell: Callable[[], object]) -> None:
        """Has something called when a table has other columns than it had: the catalog says so when it is asked anew."""
        self._changed.append(tell)

    def _shape(self, source: Source) -> Shape:
        """The columns of a table; who has to be asked for them is asked once."""
        with self._lock:
            shape = self._shapes.get(source.key) if source.is_asked else None
        return shape or self._read(source, None)[1]

    def _read(self, source: Source, query: Query | None) -> tuple[Data, Shape]:
        """A table as it is now; for its columns alone, without a query."""
        data = source.read(query)
        with self._lock:
            known = self._shapes.get(source.key)
        data, shape = self._engine.shape(data, known)
        with self._lock:
            self._shapes[source.key] = shape
        if known is not None and known.columns != shape.columns:
            for tell in self._changed:
                tell()
            if source.is_asked and query is not None:
                hint = f"The columns of table {source} are not what they were: ask again."
                raise Error("0A000", "cached plan must not change result type", hint=hint)
        return data, shape


class _Session:
    def __init__(self, owner: Tables) -> None:
        self._owner = owner

    def query(self, query: Query) -> Any:
        statement = _readable(query.sql)
        named = self._named(statement)
        read = {source.key: self._owner._read(source, query) for source in named}
        return self._owner._engine.query(query, statement, read, [_values.short(ty) for ty in query.param_types])

    def describe(self, query: Query) -> Any:
        statement = _readable(query.sql)
        shapes = {source.key: self._owner._shape(source) for source in self._named(statement)}
        columns = {key: shape.columns for key, shape in shapes.items()}
        types = _parameters.types(statement, columns, [_values.short(ty) for ty in query.param_types])
        return self._owner._engine.describe(query, statement, shapes, types), types

    def _named(self, statement: sql.Statement) -> list[Source]:
        """The tables that a statement names."""
        known = self._owner._sources
        names = self._owner._engine.named(statement)
        return [known[key] for key in dict.fromkeys(names) if key in known]


def _readable(text: str) -> sql.Statement:
    """A statement that changes nothing, for all that is known; who else may do something is said by the engine."""
    try:
        statement = sql.parse(text)
    except ValueError as wrong:
        raise Error("42601", str(wrong)) from wrong
    if statement.kind in ("select", "explain", "other") and statement.is_read_only or not statement.tag:
        return statement
    hint = f'The program may answer them by a function: server.statement("{statement.tag}").'
    raise Error("0A000", f"{statement.tag} is not supported: the tables can only be read", hint=hint)


_ENGINES = {"duckdb": "_duckdb", "datafusion": "_datafusion", "plain": "_plain"}


def _engine(name: str | None) -> Callable[[Mapping[Key, Source]], Engine]:
    if name is None:
        name = next(name for name in _ENGINES if name == "plain" or importlib.util.find_spec(name) is not None)
    elif name not in _ENGINES:
        raise ValueError(f"an engine is one of {', '.join(_ENGINES)}, not {name!r}")
    module = importlib.import_module(f"trunkline.tables.{_ENGINES[name]}")
    engine: Callable[[Mapping[Key, Source]], Engine] = module.Engine
    return engine


__all__ = ["Tables"]
