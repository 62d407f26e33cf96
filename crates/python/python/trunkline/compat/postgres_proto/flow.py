"""What a session may decide, and its errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from trunkline.errors import Error


class PostgresError(Exception):
    """An error that the client is told; the connection ends if the severity is FATAL.

    A ``code`` that is no SQLSTATE of an error, as is "0", reaches the client as XX000.
    """

    def __init__(self, message: str, severity: str = "ERROR", code: str = "0") -> None:
        super().__init__(message)
        self.message = message
        self.severity = severity
        self.code = code


@contextmanager
def catch_all_as_postgres_error_context() -> Iterator[None]:
    """Any exception becomes a PostgresError of its text; what is one already, or is trunkline's, stays."""
    try:
        yield
    except (PostgresError, Error):
        raise
    except Exception as raised:
        raise PostgresError(str(raised)) from raised


class PostgresServerFlowMixin:
    """What a program may override of a session."""

    def must_use_encryption(self) -> bool:
        """Whether a client without TLS is refused."""
        return False

    def is_authentication_needed(self, username: str, database: str | None) -> bool:
        """Whether a password is asked for."""
        return False

    def authenticate(self, username: str, password: str | None, database: str | None) -> Any:
        """The user, whatever stands for one; what is false is refused."""
        return username

    def handle_session_ready(self) -> None:
        """Called behind the login."""

    def execute_query(self, query: str) -> tuple[str, Any, Any]:
        """The command's name, its rows and their columns."""
        raise PostgresError(f"{type(self).__name__} has no execute_query", code="0A000")
