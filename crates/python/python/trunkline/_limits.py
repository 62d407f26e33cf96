"""What clients may take of a server."""

from __future__ import annotations

from typing import TypedDict


class Limits(TypedDict, total=False):
    """The limits that `Server` has no argument for, under the names that docs/limits.md explains.

    Times are in seconds, 0 being none. The names with ``max_`` bound what clients may ask for by ``SET``.
    """

    reserved: int
    admins: list[str]
    connections_per_user: int | None
    connections_per_database: int | None
    logins: int
    guesses: int
    statements: int
    statement_bytes: int
    portals: int
    portal_bytes: int
    cursor_files: int
    channels: int
    notifications: int
    transaction_timeout: float
    idle_in_transaction_session_timeout: float
    idle_session_timeout: float
    max_statement_timeout: float
    max_transaction_timeout: float
    max_idle_in_transaction_session_timeout: float
    max_idle_session_timeout: float
    tcp_keepalives_idle: float
    tcp_keepalives_interval: float
    tcp_keepalives_count: int
    tcp_user_timeout: float
