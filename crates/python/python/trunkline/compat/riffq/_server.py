"""riffq's server of callbacks."""

from __future__ import annotations

import ipaddress
import itertools
import logging
import weakref
from collections.abc import Callable
from typing import Any

import trunkline
from trunkline._serve import run
from trunkline.compat.riffq._answer import Said, admit, answer, ask, pg_type, then
from trunkline.compat.riffq._catalog import lazily

_log = logging.getLogger("trunkline.compat.riffq")


class Server:
    """Listens on an address and calls back: see `trunkline.compat.riffq`."""

    def __init__(self, addr: str) -> None:
        self._addr = addr
        self._calls: dict[str, Callable[..., Any]] = {}
        self._certificate: tuple[str, str] | None = None
        self._catalogs: dict[str, trunkline.Catalog] = {}
        self._lazy: Any = None
        self._ids = itertools.count()
        self._forget: Callable[[int], object] = lambda number: None
        self._running: trunkline.Server | None = None

    def on_query(self, callback: Callable[..., Any]) -> None:
        """``callback(sql, callback, *, connection_id, do_describe, query_args)`` answers queries."""
        self._calls["query"] = callback

    def on_connect(self, callback: Callable[..., Any]) -> None:
        """``callback(connection_id, ip, port, *, callback, server_name)`` decides after the login."""
        self._calls["connect"] = callback

    def on_disconnect(self, callback: Callable[..., Any]) -> None:
        """``callback(connection_id, ip, port)`` hears of those that were connected."""
        self._calls["disconnect"] = callback

    def on_authentication(self, callback: Callable[..., Any]) -> None:
        """``callback(connection_id, user, password, host, *, callback, database)`` decides of a login; without it all come in."""
        self._calls["authenticate"] = callback

    def handle_shutdown(self, callback: Callable[[], Any]) -> None:
        """``callback()`` is called once the server has stopped, before `start` returns."""
        self._calls["shutdown"] = callback

    def set_tls(self, crt: str, key: str) -> None:
        """The certificate and its key, two PEM files; OSError if they cannot be read."""
        for path in (crt, key):
            with open(path, "rb"):
                pass
        self._certificate = (crt, key)

    def register_database(self, database: str) -> None:
        """Makes a database known; the first one is that of clients that ask for none of them."""
        self._catalogs.setdefault(database, trunkline.Catalog())

    def register_schema(self, database: str, schema: str) -> None:
        """Makes a schema known."""
        self.register_database(database)
        self._catalogs[database].schema(schema)

    def register_table(self, database: str, schema: str, table: str, columns: list[dict[str, dict[str, Any]]]) -> None:
        """Makes a table known: a dict of one key for each column, its value ``{"type": …, "nullable": …}``."""
        named, not_null = [], []
        for column in columns:
            if len(column) != 1 or not {"type", "nullable"} <= set(*column.values()):
                raise ValueError('a column is {name: {"type": …, "nullable": …}}')
            ((name, kind),) = column.items()
            named.append((name, pg_type(kind["type"])))
            if not kind["nullable"]:
                not_null.append(name)
        self.register_database(database)
        self._catalogs[database].table(table, named, schema=schema, not_null=not_null)

    def set_lazy_catalog(self, source: Any) -> None:
        """An object that is asked for databases, schemas, relations and columns, instead of what is registered."""
        self._lazy = source

    def start(self, tls: bool = False, catalog_emulation: bool = False, server_version: str | None = None) -> None:
        """Serves until SIGINT, SIGTERM or `stop`; OSError for an address that cannot be had."""
        if "query" not in self._calls:
            raise RuntimeError("on_query must be called before start")
        if tls and self._certificate is None:
            raise ValueError("start(tls=True) needs set_tls before")
        host = self._addr.rpartition(":")[0].strip("[]")
        is_here = host == "localhost" or (bool(host) and ipaddress.ip_address(host).is_loopback)
        self._running = trunkline.Server(
            self,
            self._addr,
            describe="run",
            authenticate=self._authenticate if "authenticate" in self._calls else None,
            tls=self._certificate if tls else None,
            insecure=is_here,
            catalog=self._catalog if catalog_emulation else None,
        )
        try:
            run(self._running)
        finally:
            if "shutdown" in self._calls:
                try:
                    self._calls["shutdown"]()
                except Exception:
                    _log.exception("the callback of handle_shutdown failed")

    def stop(self) -> None:
        """Ends `start`, from another thread."""
        if self._running is not None:
            self._running.stop()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        if self._running is None:
            raise RuntimeError("the server is not started")
        return self._running.port

    def open(self, connection: trunkline.Connection) -> Any:
        """What answers one client."""
        client = connection._attached or self._client()
        if "connect" not in self._calls:
            return _Session(self, client)
        ip, port = connection.address or ("", 0)
        told = ask(lambda back: self._calls["connect"](client.number, ip, port, callback=back, server_name=connection.server_name))

        def opened(said: Said) -> _Session:
            admit(said, "28000", "Connection rejected")
            return _Session(self, client)

        return then(told, opened)

    def _authenticate(self, login: trunkline.Login) -> Any:
        client = self._client()
        login._attach(client)
        host = login.address[0] if login.address else ""
        decide = self._calls["authenticate"]
        told = ask(lambda back: decide(client.number, login.user, login.password, host, callback=back, database=login.database))

        def admitted(said: Said) -> bool:
            admit(said, "28P01", "Authentication failed")
            return True

        return then(told, admitted)

    def _client(self) -> _Client:
        client = _Client(next(self._ids))
        weakref.finalize(client, self._forget, client.number).atexit = False
        return client

    def _catalog(self, database: str) -> trunkline.Catalog:
        if self._lazy is not None:
            return lazily(self._lazy, database)
        catalogs = self._catalogs
        return catalogs.get(database) or next(iter(catalogs.values()), trunkline.Catalog())


class _Client:
    """A client from its login on, be it refused or gone before it is served: forgotten with the last that knows it."""

    def __init__(self, number: int) -> None:
        self.number = number


class _Session:
    def __init__(self, server: Server, client: _Client) -> None:
        self._server = server
        self._client = client

    def query(self, query: trunkline.Query) -> Any:
        options: dict[str, Any] = {"connection_id": self._client.number, "do_describe": query.describing}
        if query.param_types:
            options["query_args"] = query.params
        if self._server._lazy is not None and self._server._running is not None:
            # What it tells may be another thing by the next query.
            self._server._running.refresh()
        return then(ask(lambda back: self._server._calls["query"](query.sql, back, **options)), answer)

    def disconnect(self, connection: trunkline.Connection) -> None:
        if "disconnect" in self._server._calls:
            ip, port = connection.address or ("", 0)
            self._server._calls["disconnect"](self._client.number, ip, port)
