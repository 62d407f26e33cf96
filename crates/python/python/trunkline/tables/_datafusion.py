"""DataFusion over tables of Python's: a context of its own for each statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import datafusion
import pyarrow as pa
from datafusion.catalog import Schema

from trunkline._trunkline import Query
from trunkline.errors import Error
from trunkline.sql import Statement
from trunkline.tables import _arrow
from trunkline.tables._engine import Shape, named, settled
from trunkline.tables._sources import Data, Key, Rows, Source, Stream

# DataFusion's errors have no kinds: the first whose words are in one.
_SQLSTATES = (
    ("ParserError", "42601"),
    ("TokenizerError", "42601"),
    ("not found", "42P01"),
    ("No field named", "42703"),
    ("Ambiguous reference", "42702"),
    ("Invalid function", "42883"),
    ("Divide by zero", "22012"),
    ("Overflow", "22003"),
    ("Cannot cast", "22P02"),
    ("Error parsing", "22007"),
    ("Cast error", "22P02"),
    ("not supported", "0A000"),
    ("not implemented", "0A000"),
    ("Error during planning", "42000"),
)


class Engine:
    """Answers queries by DataFusion, which reads nothing but the tables that it is given."""

    def __init__(self, sources: Mapping[Key, Source]) -> None:
        options = datafusion.SQLOptions().with_allow_ddl(False).with_allow_dml(False)
        self._options = options.with_allow_statements(False)

    def named(self, statement: Statement) -> list[Key]:
        return named(statement)

    def shape(self, data: Data, known: Shape | None) -> tuple[Data, Shape]:
        if isinstance(data, Rows):
            columns = settled(data, known)
            data = Stream(_arrow.table(columns, data))
            schema = data.given.schema
            return data, Shape(columns, schema)
        schema = pa.RecordBatchReader.from_stream(data).schema
        return data, Shape([(field.name, _arrow.type_of(field.type)) for field in schema], schema)

    def query(self, query: Query, statement: Statement, tables: Mapping[Key, tuple[Data, Shape]], types: list[str]) -> Any:
        with _told():
            context = _context({key: data for key, (data, _) in tables.items()})
            return _Result(self._run(context, query.sql, _scalars(query.params, types)))

    def describe(self, query: Query, statement: Statement, tables: Mapping[Key, Shape], types: list[str]) -> Any:
        with _told():
            context = _context({key: Stream(shape.own.empty_table()) for key, shape in tables.items()})
            return self._run(context, query.sql, _scalars([None] * len(types), types)).schema()

    def _run(self, context: datafusion.SessionContext, text: str, values: list[Any]) -> datafusion.DataFrame:
        params = {str(number): value for number, value in enumerate(values, 1)}
        return context.sql_with_options(text, self._options, param_values=params or None)


class _Result:
    """Rows, which are made when they are asked for."""

    def __init__(self, frame: datafusion.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        with _told():
            return self._frame.__arrow_c_stream__(requested_schema)


def _context(tables: Mapping[Key, Any]) -> datafusion.SessionContext:
    context = datafusion.SessionContext()
    catalog = context.catalog()
    for (schema, name), data in tables.items():
        if schema not in catalog.names():
            catalog.register_schema(schema, Schema.memory_schema())
        catalog.schema(schema).register_table(name, context.from_arrow(data).into_view())
    return context


def _scalars(values: Iterable[Any], types: Iterable[str]) -> list[Any]:
    return [_arrow.table([("value", ty)], Rows([], [[value]]))[0][0] for value, ty in zip(values, types, strict=True)]


@contextmanager
def _told() -> Iterator[None]:
    """Tells errors of DataFusion's by the SQLSTATEs of PostgreSQL."""
    try:
        yield
    except Error:
        raise
    except Exception as raised:
        text = str(raised)
        sqlstate = next((code for words, code in _SQLSTATES if words in text), None)
        if sqlstate is None:
            raise
        first = text.removeprefix("DataFusion error: ").partition("\n")[0]
        raise Error(sqlstate, first.removeprefix("Error during planning: ").removeprefix("Schema error: ")) from raised
