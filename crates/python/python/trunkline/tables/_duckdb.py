"""DuckDB over tables of Python's: one database in memory, and a cursor of its own for each statement."""

from __future__ import annotations

import contextlib
import decimal
import json
import re
import threading
from collections.abc import Mapping
from typing import Any

import duckdb as module

from trunkline import duckdb
from trunkline._trunkline import Query
from trunkline.errors import Error
from trunkline.sql import Statement
from trunkline.tables._engine import Shape, named, settled
from trunkline.tables._sources import Data, Key, Rows, Source, Stream

_STATEMENT = module.StatementType
# Clients share the database: nothing of the server's files, nor of its variables, is theirs to see.
_CONFIG = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    # It would look at, and write to, a folder of whoever started the server.
    "temp_directory": "",
}

_TAKEN = ("main", "memory", "system", "temp")


class Engine:
    """Answers queries by DuckDB.

    A view of each table, made when it is first named, reads what is in the temporary schema of the cursor that asks.
    """

    def __init__(self, sources: Mapping[Key, Source]) -> None:
        folded: dict[tuple[str, str], Source] = {}
        for (schema, name), source in sources.items():
            if schema.lower() in _TAKEN:
                raise ValueError(f"DuckDB has a {schema} of its own: the schema of table {source} wants another name")
            other = folded.setdefault((schema.lower(), name.lower()), source)
            if other is not source:
                raise ValueError(f"DuckDB takes tables {other} and {source} for one: their names differ by case alone")
        self._sources = sources
        self._folded = folded
        self._lock = threading.Lock()
        self._views: set[Key] = set()
        # Has no tables, and so reads no names of what views are made of.
        self._reader = module.connect(":memory:", config={**_CONFIG})
        self._db = module.connect(":memory:", config={**_CONFIG})
        self._db.execute("create schema public; set lock_configuration = true")

    def named(self, statement: Statement) -> list[Key]:
        found = named(statement)
        if statement.tag:
            for schema, name in found:
                source = self._folded.get((schema.lower(), name.lower()))
                if source is not None and (schema, name) not in self._sources:
                    # DuckDB would find it in any case.
                    raise Error("42P01", f'relation "{name}" does not exist', hint=f"There is a table {source}.")
        else:
            # What only DuckDB understands is read by DuckDB: FROM first, SUMMARIZE.
            with self._lock, contextlib.suppress(module.Error):
                for full in self._reader.get_table_names(statement.text, qualified=True):
                    schema, _, name = full.partition(" AS ")[0].rpartition(".")
                    found.append((schema or "public", name))
        return found

    def shape(self, data: Data, known: Shape | None) -> tuple[Data, Shape]:
        if isinstance(data, Rows):
            data = Rows(list(settled(data, known)), data.rows)
            before = dict(known.own) if known else {}
            own = [(name, _own(ty or "text", data, place, before.get(name, ""))) for place, (name, ty) in enumerate(data.columns)]
        else:
            cursor = self._cursor()
            _register(cursor, "t", data)
            table = cursor.table("t")
            own = list(zip(table.columns, map(str, table.types), strict=True))
        return data, Shape(duckdb.columns(own), own)

    def query(self, query: Query, statement: Statement, tables: Mapping[Key, tuple[Data, Shape]], types: list[str]) -> Any:
        cursor = self._cursor()
        query.on_cancel(cursor.interrupt)
        try:
            kind = self._kind(cursor, statement)
            for key, (data, shape) in tables.items():
                self._show(cursor, key, data, shape)
            # Whatever a statement is, it changes nothing.
            cursor.execute("begin transaction read only")
            if kind is _STATEMENT.SELECT:
                return duckdb.Rows(cursor.sql(query.sql, params=query.params or None))
            done = cursor.execute(query.sql, query.params or None)
            return done.fetchall(), [column[0] for column in done.description]
        except module.Error as raised:
            raise duckdb.error(raised) from raised

    def describe(self, query: Query, statement: Statement, tables: Mapping[Key, Shape], types: list[str]) -> Any:
        cursor = self._cursor()
        try:
            if self._kind(cursor, statement) is not _STATEMENT.SELECT:
                return [("explain_key", "text"), ("explain_value", "text")]
            for key, shape in tables.items():
                self._show(cursor, key, Rows([], []), shape)
            return duckdb.described(cursor, query.sql, types)
        except module.Error as raised:
            raise duckdb.error(raised) from raised

    def _cursor(self) -> module.DuckDBPyConnection:
        with self._lock:
            return self._db.cursor()

    def _kind(self, cursor: module.DuckDBPyConnection, statement: Statement) -> module.StatementType:
        kind = duckdb.kind(cursor, statement.text)
        if kind not in (_STATEMENT.SELECT, _STATEMENT.EXPLAIN):
            raise Error("0A000", "only queries are supported: the tables can only be read")
        return kind

    def _show(self, cursor: module.DuckDBPyConnection, key: Key, data: Data, shape: Shape) -> None:
        """Has the cursor see a table, by a view that all cursors share."""
        name = ".".join(map(_quoted, key))
        if isinstance(data, Stream):
            _register(cursor, name, data)
        else:
            if not shape.own:
                raise Error("0A000", f"table {name} has no columns", hint="Of an empty list nobody knows them: give ([], columns).")
            columns = ", ".join(f"unnest(${place}::{ty}[]) as {_quoted(column)}" for place, (column, ty) in enumerate(shape.own, 1))
            values = [[_value(row[place], ty) for row in data.rows] for place, (_, ty) in enumerate(shape.own)]
            cursor.execute(f"create temp table {_quoted(name)} as select {columns}", values)
        with self._lock:
            if key in self._views:
                return
            for schema in (key[0], "main") if key[0] == "public" else (key[0],):
                cursor.execute(f"create schema if not exists {_quoted(schema)}")
                view = f"{_quoted(schema)}.{_quoted(key[1])}"
                cursor.execute(f"create view {view} as select * from temp.{_quoted(name)}")
            self._views.add(key)


def _register(cursor: module.DuckDBPyConnection, name: str, data: Stream) -> None:
    # DuckDB reads frames of pandas without pyarrow; of all others Arrow data, without knowing them.
    is_pandas = type(data.given).__module__.startswith("pandas.")
    cursor.register(name, data.given if is_pandas else data)


# What DuckDB does not have, or calls otherwise.
_OWN = {"jsonb": "JSON", "inet": "VARCHAR", "cidr": "VARCHAR", "text": "VARCHAR"}


def _own(ty: str, data: Rows, place: int, before: str) -> str:
    if ty.endswith("[]"):
        element = ty[:-2]
        values = Rows([], [[value] for row in data.rows for value in row[place] or ()])
        return f"{_own(element, values, 0, before.removesuffix('[]'))}[]"
    if ty == "numeric":
        return _numeric([row[place] for row in data.rows], before)
    return _OWN.get(ty, ty.upper())


_DECIMAL = re.compile(r"DECIMAL\(38,(\d+)\)")


def _numeric(values: list[Any], before: str) -> str:
    """A numeric that holds all values, and those before: DuckDB wants to know how many digits."""
    numbers = [decimal.Decimal(value) for value in values if value is not None]
    if not all(number.is_finite() for number in numbers):
        return "DOUBLE"
    known = _DECIMAL.fullmatch(before)
    scales = [-int(number.as_tuple().exponent) for number in numbers]
    scale = max([0, int(known[1]) if known else 0, *scales])
    if scale + max((number.adjusted() + 1 for number in numbers), default=1) > 38:
        raise Error("22003", "numbers of more than 38 digits are too long for DuckDB")
    return f"DECIMAL(38,{scale})"


def _value(value: Any, ty: str) -> Any:
    if value is None:
        return None
    if ty.endswith("[]"):
        return [_value(element, ty[:-2]) for element in value]
    if ty == "JSON":
        return json.dumps(value, default=str)
    return str(value) if ty == "VARCHAR" else float(value) if ty == "DOUBLE" else value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
