"""What a program adds to PostgreSQL's own tables and functions."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from trunkline.compat.postgres_proto.socket_handler.helpers import format_select_results
from trunkline.compat.postgres_proto.sql import SelectStmt


class QueryPostgresBuiltinsMixin:
    """Those that PostgreSQL has are answered by trunkline's catalogs before they come here."""

    #: Names of tables that are there, and empty.
    pg_builtin_tables: Set[str] = frozenset()
    #: Values of functions, by their calls: ``{"my_version()": "1.0"}``.
    pg_builtin_functions: Mapping[str, Any] = {}

    def is_postgres_builtins_query(self, stmt_type: str, stmt_info: Any) -> bool:
        """Whether a SELECT asks for these and nothing else."""
        if stmt_type != "SELECT":
            return False
        if stmt_info.tables:
            return all(table.name in self.pg_builtin_tables for table in stmt_info.tables)
        names = [column.name for column in stmt_info.columns]
        return bool(names) and not stmt_info.where and all(name in self.pg_builtin_functions for name in names)

    def handle_postgres_builtins_query(self, stmt_type: str, stmt_info: SelectStmt) -> tuple[str, Any, Any]:
        """The empty table, or a row of values."""
        rows = [] if stmt_info.tables else [self.pg_builtin_functions]
        columns = [] if stmt_info.tables else list(self.pg_builtin_functions)
        return stmt_type, *format_select_results(rows, columns, stmt_info)
