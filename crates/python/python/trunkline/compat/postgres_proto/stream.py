"""Columns."""

from __future__ import annotations

from typing import Any

#: Number and size of the types of columns that Python's types stand for.
POSTGRES_TYPE_MAPPING: dict[type, tuple[int, int]] = {int: (23, 4), str: (25, -1)}


class ColumnDef:
    """A column of an answer: its name, and its type by Python's type or by its number in PostgreSQL's pg_type.

    ``pytype`` may also be the name of a type of PostgreSQL's. Without any the type is found in the values.
    """

    def __init__(
        self, name: str, pytype: type | str | None = None, type_id: int | None = None, type_size: int | None = None
    ) -> None:
        self.name = name
        self.pytype = pytype
        if isinstance(pytype, type):
            type_id, type_size = POSTGRES_TYPE_MAPPING[pytype]
        self.type_id = type_id
        self.type_size = type_size

    def named(self, name: str) -> ColumnDef:
        """The same under another name."""
        return ColumnDef(name, self.pytype, self.type_id, self.type_size)

    def __repr__(self) -> str:
        return f"ColumnDef({self.name!r}, {self.pytype!r}, {self.type_id!r}, {self.type_size!r})"


def column_of(column: Any) -> ColumnDef:
    """A column that is told by its name, by ``(name, type)``, or as itself."""
    if isinstance(column, ColumnDef):
        return column
    if isinstance(column, tuple):
        name, kind = column
        return ColumnDef(str(name), kind)
    return ColumnDef(str(column))
