"""Plain queries of one table without an engine, answered as PostgreSQL answers them; text is in the order of its code points."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trunkline import sql
from trunkline._trunkline import Query
from trunkline.errors import Error
from trunkline.sql import Column, Expression, Parameter, Sort, Star, Statement, Target
from trunkline.tables import _types, _values
from trunkline.tables._compare import Conditions, Test
from trunkline.tables._engine import Shape, named, settled
from trunkline.tables._sources import Data, Key, Rows, Source, Stream
from trunkline.tables._values import refused

_COUNT = re.compile(r"count\s*\(\s*\*\s*\)", re.I)


class Engine:
    """Answers queries that `trunkline.sql` understands wholly."""

    def __init__(self, sources: Mapping[Key, Source]) -> None:
        self._sources = sources

    def named(self, statement: Statement) -> list[Key]:
        return named(statement)

    def shape(self, data: Data, known: Shape | None) -> tuple[Data, Shape]:
        if isinstance(data, Stream):
            data = _rows(data)
        return data, Shape(settled(data, known))

    def query(self, query: Query, statement: Statement, tables: Mapping[Key, tuple[Data, Shape]], types: list[str]) -> Any:
        shapes = {key: shape for key, (_, shape) in tables.items()}
        conditions = Conditions(query.params, types, query.connection.setting("TimeZone"))
        plan = _Plan(statement, shapes, types, conditions)
        rows = next((data.rows for data, _ in tables.values() if isinstance(data, Rows)), [])
        return plan.run(rows, query), plan.columns

    def describe(self, query: Query, statement: Statement, tables: Mapping[Key, Shape], types: list[str]) -> Any:
        return _Plan(statement, tables, types, Conditions(None, types, "UTC")).columns


def _rows(data: Stream) -> Rows:
    try:
        import pyarrow as pa

        from trunkline.tables import _arrow
    except ModuleNotFoundError as missing:
        raise refused("Arrow data without the package pyarrow") from missing
    table = pa.RecordBatchReader.from_stream(data).read_all()
    columns = [(field.name, _arrow.type_of(field.type)) for field in table.schema]
    values = [column.to_pylist() for column in table.columns]
    return Rows([*columns], [[_types.plain(value) for value in row] for row in zip(*values, strict=True)])


@dataclass(frozen=True)
class _Output:
    """A column of the answer: of the table, by its place, or what does not depend on it."""

    name: str
    type: str
    place: int | None
    target: Target


class _Plan:
    """A statement whose names are known to stand for something."""

    def __init__(self, statement: Statement, tables: Mapping[Key, Shape], types: list[str], conditions: Conditions) -> None:
        self._types = types
        self._conditions = conditions
        self._counts = any(_is_count(target) for target in statement.columns)
        self._statement = statement = _understood(statement)
        self._table = statement.tables[0]
        key = (self._table.schema or "public", self._table.name)
        if key not in tables:
            full = f"{self._table.schema}.{key[1]}" if self._table.schema else key[1]
            raise Error("42P01", f'relation "{full}" does not exist', position=_position(statement.text, key[1]))
        self._known = tables[key].columns
        self._outputs = [output for target in statement.columns for output in self._of(target)]
        # What is wrong in several places is told of the first that PostgreSQL looks at.
        self._tests = self._conditioned()
        self._sorts = [self._sorted(sort) for sort in statement.order_by]
        self.columns = [(output.name, output.type) for output in self._outputs]

    def _conditioned(self) -> list[tuple[int, Test]]:
        """What the values in some places are told."""
        found = []
        for term in self._statement.where:
            if term.column is None:
                raise refused(term.text)
            place = self._place(term.column)
            found.append((place, self._conditions.test(term, self._known[place][1])))
        return found

    def run(self, rows: Sequence[Sequence[Any]], query: Query) -> list[Sequence[Any]]:
        """The rows of the answer."""
        found = [row for row in rows if all(test(row[place]) for place, test in self._tests)]
        if not self._counts:
            self._order(found)
        constants = [None if output.place is not None else self._constant(output, query, len(found)) for output in self._outputs]
        answer: list[Sequence[Any]] = [
            [constant if output.place is None else row[output.place] for output, constant in zip(self._outputs, constants, strict=True)]
            for row in ([()] if self._counts else found)
        ]
        offset = _number(self._statement.offset, query, "OFFSET", "2201X") or 0
        limit = _number(self._statement.limit, query, "LIMIT", "2201W")
        return answer[offset:] if limit is None else answer[offset : offset + limit]

    def _of(self, target: Target) -> list[_Output]:
        expression = target.expression
        if isinstance(expression, Star):
            if expression.table is not None:
                self._own(Column("*", expression.table))
            if self._counts and self._known:
                raise _ungrouped(self._known[0][0])
            return [_Output(name, ty, place, target) for place, (name, ty) in enumerate(self._known)]
        if isinstance(expression, Column):
            if self._counts:
                raise _ungrouped(expression.name)
            place = self._place(expression)
            return [_Output(target.name or expression.name, self._known[place][1], place, target)]
        if _is_count(target):
            return [_Output(target.name or "count", "int8", None, target)]
        if isinstance(expression, Expression):
            raise refused(expression.text)
        ty = _values.constant(expression, self._types) or ("bool" if isinstance(expression, bool) else "text")
        return [_Output(target.name or "?column?", ty, None, target)]

    def _place(self, column: Column) -> int:
        """Where a column stands in the table."""
        self._own(column)
        places = [place for place, (name, _) in enumerate(self._known) if name == column.name]
        if len(places) > 1:
            raise Error("42702", f'column reference "{column.name}" is ambiguous')
        if not places:
            if column.table is None and column.name == (self._table.alias or self._table.name):
                raise refused("a whole row as a value")
            name = f"{column.table}.{column.name}" if column.table else f'"{column.name}"'
            raise Error("42703", f"column {name} does not exist", position=_position(self._statement.text, column.name))
        return places[0]

    def _own(self, column: Column) -> None:
        """Complains of a name that is not this table's."""
        is_own = column.table is None or column.table == (self._table.alias or self._table.name)
        of_other_schema = column.schema is not None and (self._table.alias is not None or column.schema != (self._table.schema or "public"))
        if not is_own or of_other_schema:
            raise Error("42P01", f'missing FROM-clause entry for table "{column.table}"')

    def _sorted(self, sort: Sort) -> tuple[int | None, Sort]:
        """Which column of the table is sorted by; None for what is the same in all rows."""
        expression = sort.expression
        if isinstance(expression, int):
            if not 1 <= expression <= len(self._outputs):
                raise Error("42P10", f"ORDER BY position {expression} is not in select list")
            return self._outputs[expression - 1].place, sort
        if not isinstance(expression, Column):
            raise refused(f"ORDER BY {expression.text}")
        if expression.table is None:
            # Names of the answer go before those of the table.
            outputs = [output for output in self._outputs if output.name == expression.name]
            if len({output.place if output.place is not None else output.target.text for output in outputs}) > 1:
                raise Error("42702", f'ORDER BY "{expression.name}" is ambiguous')
            if outputs:
                return outputs[0].place, sort
        if self._counts:
            raise _ungrouped(expression.name)
        return self._place(expression), sort

    def _order(self, rows: list[Sequence[Any]]) -> None:
        for place, sort in reversed(self._sorts):
            if place is None:
                continue
            _sort(rows, place, sort, self._conditions.key(self._known[place][1]))

    def _constant(self, output: _Output, query: Query, count: int) -> Any:
        expression = output.target.expression
        if _is_count(output.target):
            return count
        if isinstance(expression, (Column, Star, Expression)):
            raise AssertionError("a column of the table has a place")
        return _values.evaluated(expression, output.type, query.params, self._types)


def _sort(rows: list[Sequence[Any]], place: int, sort: Sort, key: Callable[[Any], Any]) -> None:
    # What is not NULL has the same first part, so that the second is compared.
    last = sort.nulls_first == sort.descending
    rows.sort(
        key=lambda row: (last, 0) if row[place] is None else (not last, key(row[place])),
        reverse=sort.descending,
    )


def _understood(statement: Statement) -> Statement:
    """The statement, if nothing of it but ``count(*)`` is not understood."""
    if statement.kind != "select":
        raise refused(statement.tag or statement.text.partition(" ")[0])
    plain = statement
    for target in statement.columns:
        if _is_count(target):
            # With NULL in its place all the rest must be plain.
            plain = sql.parse(plain.text.replace(target.text, "NULL", 1))
    if not plain.is_simple or not plain.tables or plain.group_by:
        raise refused("this statement")
    return statement


def _is_count(target: Target) -> bool:
    return isinstance(target.expression, Expression) and _COUNT.fullmatch(target.expression.text) is not None


def _ungrouped(name: str) -> Error:
    message = f'column "{name}" must appear in the GROUP BY clause or be used in an aggregate function'
    return Error("42803", message)


def _number(given: int | Parameter | Expression | None, query: Query, clause: str, sqlstate: str) -> int | None:
    if isinstance(given, Parameter):
        given = query.params[given.number - 1]
        if given is not None and not isinstance(given, int):
            raise Error("42804", f"argument of {clause} must be type bigint")
    if isinstance(given, Expression):
        raise refused(f"{clause} {given.text}")
    if isinstance(given, int) and given < 0:
        raise Error(sqlstate, f"{clause} must not be negative")
    return given if isinstance(given, int) else None


def _position(text: str, name: str) -> int | None:
    """Where a name stands in the statement, from 1; None where that is not certain."""
    found = list(itertools.islice(re.finditer(rf'(?<![\w$"]){re.escape(name)}(?![\w$"])', text, re.I), 2))
    return found[0].start() + 1 if len(found) == 1 and "'" not in text[: found[0].start()] else None
