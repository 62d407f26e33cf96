"""Rows and columns of what a program tells of its tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trunkline.compat.postgres_proto.flow import PostgresError
from trunkline.compat.postgres_proto.sql import SelectStmt
from trunkline.compat.postgres_proto.stream import ColumnDef, column_of


def format_select_results(
    data: Iterable[Mapping[str, Any]], cols: Iterable[Any], stmt_info: SelectStmt
) -> tuple[list[list[Any]], list[ColumnDef]]:
    """What is selected of rows that are dicts: rows that are lists, and columns under their aliases.

    What a row has not is NULL; a column that neither a row nor ``cols`` has is a PostgresError.
    """
    rows, known = list(data), [column_of(column) for column in cols]
    if not known and rows:
        known = [ColumnDef(name) for name in rows[0]]
    by_name = {column.name: column for column in known}
    for row in rows:
        for name in row:
            by_name.setdefault(name, ColumnDef(name))
    selected: list[ColumnDef] = []
    keys: list[str] = []
    for name, alias in stmt_info.columns:
        if name == "*" or name.endswith(".*"):
            keys += [column.name for column in known]
            selected += known
            continue
        key = _key(name, by_name)
        if key is None and by_name:
            raise _unknown(name)
        keys.append(name if key is None else key)
        selected.append(by_name.get(keys[-1], ColumnDef(name)).named(alias or keys[-1].rpartition(".")[2]))
    return [[row.get(key) for key in keys] for row in rows], selected


def _key(name: str, known: Mapping[str, object]) -> str | None:
    """What a column is called in the rows: as it is selected, or without its table; case counts where it must."""
    for wanted in (name, name.rpartition(".")[2]):
        if wanted in known:
            return wanted
        alike = [key for key in known if key.lower() == wanted]
        if len(alike) == 1:
            return alike[0]
    return None


def _unknown(name: str) -> PostgresError:
    if all(part.isidentifier() for part in name.split(".")):
        return PostgresError(f'column "{name}" does not exist', code="42703")
    return PostgresError(f"expression is not supported: {name}", code="0A000")


def selected_constants(stmt_info: SelectStmt) -> tuple[list[list[Any]], list[ColumnDef]] | None:
    """The row of a SELECT of constants alone, such as ``select 1``; None for any other."""
    from trunkline import sql

    if stmt_info.tables or stmt_info.where or not stmt_info.columns:
        return None
    row: list[Any] = []
    columns: list[ColumnDef] = []
    for name, alias in stmt_info.columns:
        targets: Sequence[sql.Target] = sql.parse(f"select {name}").columns
        value = targets[0].expression if len(targets) == 1 else None
        kind = value.type if isinstance(value, sql.Typed) else None
        value = value.value if isinstance(value, sql.Typed) else value
        if isinstance(value, (sql.Column, sql.Star, sql.Parameter, sql.Expression)):
            return None
        row.append(value if kind is None or value is None else str(value))
        columns.append(ColumnDef(alias or targets[0].name or "?column?", kind))
    return [row], columns
