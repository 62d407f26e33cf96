"""A program's tables and statements, for one client: subclass `PostgresRequestHandler`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from trunkline.compat.postgres_proto.flow import PostgresError
from trunkline.compat.postgres_proto.socket_handler.base import BasePostgresStreamRequestHandler
from trunkline.compat.postgres_proto.socket_handler.builtins import QueryPostgresBuiltinsMixin
from trunkline.compat.postgres_proto.socket_handler.helpers import format_select_results, selected_constants
from trunkline.compat.postgres_proto.socket_handler.info_schema import QueryInformationSchemaMixin
from trunkline.compat.postgres_proto.sql import SelectStmt, parse_sql

__all__ = [
    "BasePostgresStreamRequestHandler",
    "PostgresRequestHandler",
    "QueryInformationSchemaMixin",
    "QueryPostgresBuiltinsMixin",
    "format_select_results",
    "stmt_handler",
]

_F = TypeVar("_F", bound=Callable[..., Any])


def stmt_handler(name: str) -> Callable[[_F], _F]:
    """Marks a method that answers the statements of a type, which it is called with: ``(rows, columns)``, or how many
    rows were changed, or ``(None, None)``.
    """

    def decorator(func: _F) -> _F:
        func.__stmt_handler__ = name  # type: ignore[attr-defined]
        return func

    return decorator


class PostgresRequestHandler(QueryInformationSchemaMixin, QueryPostgresBuiltinsMixin, BasePostgresStreamRequestHandler):
    """One client; subclasses have `query_tables`, and what else they want."""

    #: Statements that are done, and do nothing, where no method answers them.
    ignore_missing_statement_types: Sequence[str] = ("SET", "BEGIN", "COMMIT", "ROLLBACK", "DEALLOCATE", "DISCARD")
    #: Which statements there are, and the first words of their clauses; None for those of `trunkline.compat.postgres_proto.sql`.
    stmt_type_delimiters: Mapping[str, Sequence[str]] | None = None

    def parse_sql(self, query: str) -> tuple[str, Any]:
        """The type of a statement, and what it says; a PostgresError for what cannot be read."""
        try:
            return parse_sql(query.rstrip("\0").rstrip(";"), self.stmt_type_delimiters)
        except SyntaxError as wrong:
            raise PostgresError(f"Syntax error: {wrong}", code="42601") from wrong

    def execute_query(self, query: str) -> tuple[str, Any, Any]:
        """Calls the method for the type of the statement."""
        stmt_type, stmt_info = self.parse_sql(query)
        if self.is_postgres_builtins_query(stmt_type, stmt_info):
            return self.handle_postgres_builtins_query(stmt_type, stmt_info)
        handler = self.get_stmt_handler(stmt_type)
        if handler is not None:
            answer = handler(stmt_info)
            if isinstance(answer, int):
                return f"{stmt_type} 0 {answer}" if stmt_type == "INSERT" else f"{stmt_type} {answer}", None, None
            rows, columns = answer
            return stmt_type, rows, columns
        if stmt_type in self.ignore_missing_statement_types:
            return stmt_type, None, None
        raise PostgresError("statement type not supported", code="0A000")

    def get_stmt_handler(self, stmt_type: str) -> Callable[..., Any] | None:
        """The method for a type of statement, if there is one."""
        for name in dir(type(self)):
            if getattr(getattr(type(self), name, None), "__stmt_handler__", None) == stmt_type:
                method: Callable[..., Any] = getattr(self, name)
                return method
        return None

    @stmt_handler("SELECT")
    def handle_select(self, stmt_info: SelectStmt) -> tuple[Any, Any]:
        """What `query_tables` has, in the columns that are selected."""
        names = [column.name for column in stmt_info.columns]
        if "*" in names and (len(names) > 1 or stmt_info.columns[0].alias):
            raise PostgresError("select * cannot be aliased or used with other columns", code="0A000")
        if any(table.joins or table.subquery for table in stmt_info.tables):
            raise PostgresError("joins and queries in FROM are not supported", code="0A000")
        constants = selected_constants(stmt_info)
        if constants is not None:
            return constants
        rows, columns = self.query_tables(stmt_info)
        return format_select_results(rows, columns, stmt_info)

    def query_tables(self, stmt_info: SelectStmt) -> tuple[Iterable[Mapping[str, Any]], Iterable[Any]]:
        """The rows of the tables of a SELECT, as dicts, and the names of all their columns, or ``(name, type)``.

        WHERE, ORDER BY and LIMIT are for this method to heed.
        """
        raise PostgresError(f"{type(self).__name__} has no query_tables", code="0A000")
