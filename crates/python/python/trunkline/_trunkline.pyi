from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from types import ModuleType
from typing import Any, final

from trunkline._handlers import Access, Bounds, Handler
from trunkline._tasks import Tasks

__all__ = ["Catalog", "Connection", "Copy", "Login", "Query", "Result", "Server", "__version__", "in_handler", "protocol", "sql"]

__version__: str

# What is in them is described by the stubs of trunkline.protocol, and trunkline._sql.
protocol: ModuleType
sql: ModuleType

@final
class Connection:
    """A client, for as long as it is connected."""

    @property
    def id(self) -> int:
        """What `pg_backend_pid()` answers."""
    @property
    def user(self) -> str:
        """The user it has proved to be, or claims to be where everybody is believed."""
    @property
    def database(self) -> str:
        """The database it asked for; the user's name when it named none."""
    @property
    def address(self) -> tuple[str, int] | None:
        """Its address and port; None on a Unix socket."""
    @property
    def encrypted(self) -> bool:
        """Whether TLS protects the connection."""
    @property
    def server_name(self) -> str | None:
        """The name by which it asked for the server in TLS (SNI), in lower case; None if it gave none."""
    @property
    def _attached(self) -> Any: ...
    @property
    def state(self) -> dict[Any, Any]:
        """For the handler, which may keep there what it likes."""
    def setting(self, name: str) -> str | None:
        """The value of a setting as SHOW prints it; None for a name that is not known."""
    def notice(
        self,
        message: str,
        *,
        severity: str = "NOTICE",
        sqlstate: str | None = None,
        detail: str | None = None,
        hint: str | None = None,
    ) -> None:
        """Tells the client something before its answer ends: DEBUG, INFO, LOG, NOTICE or WARNING."""
    def notify(self, channel: str, payload: str) -> None:
        """Tells all who LISTEN to a channel when the transaction is kept, as NOTIFY does."""

@final
class Query:
    """A statement to be answered."""

    @property
    def sql(self) -> str:
        """Its text, as the client wrote it."""
    @property
    def params(self) -> list[Any]:
        """The values of `$1`, `$2`, …, whatever format they came in."""
    @property
    def param_types(self) -> list[str]:
        """Their types: those that the client declared, or that were found."""
    @property
    def connection(self) -> Connection:
        """Who asks."""
    @property
    def describing(self) -> bool:
        """Whether the client only wants to know the columns: in `prepare` and `describe`, or run for that, with NULLs for parameters."""
    @property
    def prepared(self) -> Any:
        """What the handler's `prepare` returned for this statement; None without one."""
    @property
    def cancelled(self) -> bool:
        """Whether nobody waits for the answer any more."""
    def on_cancel(self, callback: Callable[[], object]) -> None:
        """Has something called, on another thread, when the statement is cancelled: what interrupts an engine."""

@final
class Copy:
    """A COPY FROM: where its rows are to go, and the rows, as tuples, by ``for`` or ``async for``.

    The client is told to send them when the first one is asked for. That ends by `QueryCanceled` if the client gives
    up, is gone, or sends what is no row: then nothing that came may stay.
    """

    @property
    def table(self) -> str:
        """The table, as the client names it."""
    @property
    def schema(self) -> str | None:
        """Its schema; None if the client names none."""
    @property
    def columns(self) -> list[tuple[str, str]] | None:
        """Names and types of the fields: those of the catalog, or those declared; None if neither tells."""
    @property
    def connection(self) -> Connection:
        """Who sends them."""
    def declare(self, given: Sequence[Any]) -> None:
        """Says what the fields are, as names or pairs of a name and a type, where the catalog does not know the table."""
    def on_cancel(self, callback: Callable[[], object]) -> None:
        """Has something called, on another thread, when the client gives up."""
    def __iter__(self) -> Copy: ...
    def __next__(self) -> tuple[Any, ...]: ...
    def __aiter__(self) -> AsyncIterator[tuple[Any, ...]]: ...
    def _when_ready(self, callback: Callable[[], object]) -> bool: ...
    def _take(self) -> list[tuple[Any, ...]] | None: ...

@final
class Result:
    """An answer with its columns, or with a command tag of its own."""

    def __new__(cls, rows: Any, columns: Sequence[Any] | None = None, *, tag: str | None = None) -> Result: ...
    @property
    def rows(self) -> Any:
        """Arrow data, rows, or None."""
    @property
    def columns(self) -> Sequence[Any] | None:
        """Names, or pairs of a name and a type."""
    @property
    def tag(self) -> str | None:
        """The words of CommandComplete."""

@final
class Login:
    """Somebody who wants to come in."""

    @property
    def user(self) -> str:
        """Who it says it is."""
    @property
    def database(self) -> str:
        """The database it wants."""
    @property
    def address(self) -> tuple[str, int] | None:
        """Its address and port; None on a Unix socket."""
    @property
    def encrypted(self) -> bool:
        """Whether TLS protects what it says."""
    @property
    def server_name(self) -> str | None:
        """The name by which it asks for the server in TLS (SNI), in lower case; None if it gave none."""
    @property
    def password(self) -> str:
        """The password that it was asked for."""
    def _attach(self, instance: object) -> None: ...

@final
class Catalog:
    """What there is to see: schemas, tables, columns, keys and comments."""

    def __new__(cls) -> Catalog: ...
    def define(self, sql: str) -> list[tuple[int, str]]:
        """Adds what definitions say, such as `pg_dump --schema-only` writes; lines and first words of what was passed over."""
    def schema(self, name: str) -> None:
        """Adds a schema."""
    def table(
        self,
        name: str,
        columns: Sequence[Any],
        *,
        schema: str = "public",
        not_null: Sequence[str] = ...,
        primary_key: Sequence[str] = ...,
        unique: Sequence[Sequence[str]] = ...,
        foreign_keys: Sequence[tuple[Sequence[str], str, str, Sequence[str]]] = ...,
        comment: str | None = None,
        comments: Mapping[str, str] = ...,
        rows: int | None = None,
        view: str | None = None,
    ) -> None:
        """Adds a table, or a view with its query, in the place of another of its name.

        A foreign key is its columns, the other table's schema and name, and the columns there.
        """
    def drop(self, name: str, *, schema: str = "public") -> bool:
        """Forgets a table; whether there was one."""
    def replace(self, other: Catalog) -> None:
        """Takes what another has instead of its own, all at once."""
    def tables(self) -> list[tuple[str, str]]:
        """Schema and name of each table."""

def in_handler() -> bool:
    """Whether this thread runs a handler."""

@final
class Server:
    def __new__(
        cls, places: list[str], handler: Handler, tasks: Tasks, access: Access, bounds: Bounds, catalog: Any
    ) -> Server: ...
    @property
    def addresses(self) -> list[tuple[str, int]]: ...
    def stop(self, at_once: bool) -> None: ...
    def reload(self) -> None: ...
    def notify(self, channel: str, payload: str) -> int: ...
    def forget_catalog(self) -> None: ...
