"""Which types the parameters of a statement have: those of the columns that they are compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trunkline.sql import Column, Parameter, Statement
from trunkline.tables._sources import Key


def types(statement: Statement, tables: Mapping[Key, Sequence[tuple[str, str]]], known: list[str]) -> list[str]:
    """The types by `tables`, the columns of each; else those that are `known`, which the client's own go before."""
    found = list(known) + ["text"] * (statement.parameters - len(known))
    for term in statement.where:
        ty = None if term.column is None else column_type(statement, tables, term.column)
        if ty is None:
            continue
        if term.operator == "= ANY":
            ty = f"{ty}[]"
        for value in term.value if isinstance(term.value, tuple) else (term.value,):
            if isinstance(value, Parameter) and value.number <= len(found):
                found[value.number - 1] = ty
    return found


def column_type(statement: Statement, tables: Mapping[Key, Sequence[tuple[str, str]]], column: Column) -> str | None:
    """The type of a column; None if there is none of this name, or more than one."""
    found = []
    for table in statement.tables:
        is_meant = column.table is None or column.table == (table.alias or table.name)
        if is_meant and (column.schema is None or column.schema == table.schema):
            columns = tables.get((table.schema or "public", table.name), ())
            found += [ty for name, ty in columns if name == column.name]
    return found[0] if len(found) == 1 else None
