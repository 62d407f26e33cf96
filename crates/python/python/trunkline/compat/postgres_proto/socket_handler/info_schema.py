"""What there is to see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class QueryInformationSchemaMixin:
    """What clients find in information_schema and in pg_catalog, which trunkline makes of it."""

    def list_tables(self) -> Iterable[str]:
        """The names of tables."""
        return []

    def describe_table(self, table_name: str) -> Iterable[Any]:
        """The columns of one: names, or ``(name, type)``; without a type it is text."""
        return []
