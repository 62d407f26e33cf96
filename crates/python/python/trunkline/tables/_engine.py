"""What an engine does for tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from trunkline._trunkline import Query
from trunkline.sql import Statement
from trunkline.tables import _types
from trunkline.tables._sources import Data, Key, Rows


@dataclass(frozen=True)
class Shape:
    """The columns of a table, by PostgreSQL's types and by the engine's own."""

    columns: list[tuple[str, str]]
    own: Any = None


class Engine(Protocol):
    """Who answers statements over tables that are read for them."""

    def named(self, statement: Statement) -> list[Key]:
        """Which tables a statement may name, by schema and name; those that are not there are none of ours."""

    def shape(self, data: Data, known: Shape | None) -> tuple[Data, Shape]:
        """The data, ready for `query`, and its columns; those that are known are kept where they hold it, too."""

    def query(self, query: Query, statement: Statement, tables: Mapping[Key, tuple[Data, Shape]], types: list[str]) -> Any:
        """The answer, as any handler's; `types` are those of the parameters."""

    def describe(self, query: Query, statement: Statement, tables: Mapping[Key, Shape], types: list[str]) -> Any:
        """The columns of the answer, as any handler's `describe`; `types` are those of the parameters."""


def named(statement: Statement) -> list[Key]:
    """The tables that a statement names, as PostgreSQL folds them."""
    return [(table.schema or "public", table.name) for table in statement.tables]


def settled(data: Rows, known: Shape | None) -> list[tuple[str, str]]:
    """The columns of rows; what was known is kept where it holds what they hold now, and what is not known is text."""
    before = dict(known.columns) if known else {}
    columns = []
    for name, ty in data.columns:
        was = before[name].partition("(")[0] if name in before else None
        if was is not None and (ty is None or _types.joined(was, ty) == was):
            ty = was
        columns.append((name, ty or "text"))
    return columns
