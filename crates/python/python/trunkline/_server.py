"""The server."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import quote

from trunkline import _handlers, _trunkline
from trunkline._limits import Limits
from trunkline._statements import Statements
from trunkline._tasks import Tasks

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Server:
    """Serves a handler to everything that speaks PostgreSQL.

    As a context manager it listens within the block::

        with trunkline.Server(handler, "127.0.0.1:0") as server:
            print(server.dsn)

    ``async with`` does the same, and then coroutine handlers run on the loop that it is in; without, they run on a
    loop of the server's own, on a thread aside. `start` and `stop` do it by hand, from any thread.

    handler
        A function, plain or ``async``, that is called with a `Query`; an object with a method ``query``; or a class
        of which each connection has an instance of its own: its methods are those of the documentation page.
    listen
        ``HOST:PORT``, port 0 for any free one; a folder (with a slash) for the Unix socket in it; or a list of such.
    describe
        A function that says which columns a statement has before it runs: see the documentation page. ``"run"`` lets
        the handler run for that, with NULL for every parameter.
    columns
        The columns of every answer, as ``("name", "type")``, for handlers that always give the same.
    thread
        ``"pool"``: any thread of ``threads``; ``"connection"``: one of its own for each connection, as sqlite3 wants.
    databases
        The names that clients may ask for, all others being 3D000; every name if it is not given.
    catalog
        What clients see when they look around: a `Catalog`, a dict of them by database, or a function from a
        database's name to one, which is asked once until `refresh`. Without it that of the handler, if it is an
        object with an attribute of this name.
    statements
        Functions that answer in the place of the handler, by the words that statements begin with: see `statement`.
    users, users_file, hba, authenticate
        Who may come in: passwords by name (SCRAM-SHA-256); a file like PgBouncer's; the text of a ``pg_hba.conf``; or
        a function that is called with a `Login` and says True, which a handler may have as a method. Without any of
        them everybody is believed, which only loopback addresses and Unix sockets allow.
    tls
        ``(certificate, key)``, two PEM files. ``client_ca`` is a file of authorities whose certificates clients may show.
    limits
        What else clients may take, as `Limits` says.
    insecure
        Allows to listen on a public address without users or without TLS.

    Times are in seconds. Nothing is printed; what is amiss goes to the logger ``trunkline``.
    """

    def __init__(
        self,
        handler: Any,
        listen: str | Sequence[str] = "127.0.0.1:5432",
        *,
        describe: Callable[..., Any] | str | None = None,
        columns: Sequence[Any] | None = None,
        thread: str = "pool",
        threads: int | None = None,
        waiting: int = 1024,
        databases: Sequence[str] | None = None,
        catalog: Any = None,
        statements: Mapping[str, Callable[[Any], Any]] | None = None,
        users: Mapping[str, str] | None = None,
        users_file: str | os.PathLike[str] | None = None,
        hba: str | None = None,
        ident: str | None = None,
        authenticate: Callable[..., Any] | None = None,
        tls: tuple[str | os.PathLike[str], str | os.PathLike[str]] | None = None,
        client_ca: str | os.PathLike[str] | None = None,
        require_tls: bool = False,
        insecure: bool = False,
        max_connections: int = 100,
        login_timeout: float = 30.0,
        drain_timeout: float = 30.0,
        statement_timeout: float | None = None,
        max_message: int = 64 * 1024 * 1024,
        limits: Limits | None = None,
    ) -> None:
        if users is not None and not users:
            raise ValueError("users= names nobody: without it everybody may come in")
        certificate, key = tls if tls is not None else (None, None)
        self._places = [listen] if isinstance(listen, str) else list(listen)
        if not self._places:
            raise ValueError("listen= names no address")
        self._statements = Statements(statements or {})
        self._handler = self._statements.around(
            _handlers.handler(handler, describe=describe, columns=columns, thread=thread, databases=databases)
        )
        self._given = handler
        self._access = _handlers.Access(
            dict(users or {}),
            users_file,
            hba,
            ident,
            certificate,
            key,
            client_ca,
            authenticate or _handlers.authenticate(handler),
        )
        self._bounds = _handlers.Bounds(
            connections=max_connections,
            login_timeout=login_timeout,
            drain_timeout=drain_timeout,
            statement_timeout=statement_timeout,
            message_bytes=max_message,
            limits=dict(limits or {}),
            threads=min(32, (os.cpu_count() or 1) + 4) if threads is None else threads,
            waiting=waiting,
            require_tls=require_tls,
            insecure=insecure,
        )
        own = None if inspect.isclass(handler) else getattr(handler, "catalog", None)
        self._catalog = own if catalog is None else catalog
        self._tasks: Tasks | None = None
        self._running: _trunkline.Server | None = None
        self._ending: _trunkline.Server | None = None
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        if catalog is None and own is not None and callable(getattr(handler, "when_changed", None)):
            handler.when_changed(self._forget)

    def start(self) -> Server:
        """Listens, and serves on threads of its own; returns itself.

        Raises PermissionError for a public address that is not safe, OSError for one that cannot be had.
        """
        return self._start(None)

    def stop(self, *, at_once: bool = False) -> None:
        """Lets running statements finish, for ``drain_timeout`` at most, and ends; on any thread, more than once.

        Called by a handler, or on an event loop, it does not wait: it would wait for itself.
        """
        with self._lock:
            running, self._running = self._running, None
            ending = self._ending = running or self._ending
            tasks, stopped = self._tasks, self._stopped
        _RUNNING.discard(self)
        in_handler = _trunkline.in_handler() or asyncio._get_running_loop() is not None
        if running is not None and in_handler:
            end = threading.Thread(target=_end, args=(running, tasks, stopped, at_once), name="trunkline-stop")
            end.start()
        elif running is not None:
            _end(running, tasks, stopped, at_once)
        elif ending is not None:
            # Somebody else stops it: it is stopped when this returns, too.
            if at_once:
                ending.stop(True)
            if not in_handler:
                stopped.wait()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until it is stopped; whether it is."""
        return self._stopped.wait(timeout)

    def reload(self) -> None:
        """Reads certificates, users and the level of the logger again; who is connected stays."""
        self._started().reload()

    def refresh(self) -> None:
        """Asks a catalog that is a function anew; a handler with a method ``refresh`` looks anew, too."""
        running = self._started()
        refresh = None if inspect.isclass(self._given) else getattr(self._given, "refresh", None)
        if callable(refresh):
            refresh()
        running.forget_catalog()

    def statement(self, words: str) -> Callable[[_Function], _Function]:
        """Has a function answer the statements that begin with these words, in the place of the handler::

            @server.statement("INSERT")
            def insert(query: trunkline.Query) -> str:
                return "INSERT 0 1"

        The words are a command tag of PostgreSQL's, or its beginning (``"CREATE TABLE"``, ``"CREATE"``), whatever WITH and
        comments are before it; of what PostgreSQL does not know, the first words (``"SUMMARIZE"``). The function is called, and
        answers, as any handler; more words go before fewer. It may come after the start.
        """

        def register(function: _Function) -> _Function:
            self._statements.add(words, function)
            return function

        return register

    def notify(self, channel: str, payload: str = "") -> int:
        """Tells all clients that LISTEN to a channel; how many were told."""
        return self._started().notify(channel, payload)

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Where it listens: host and port, or the folder of a Unix socket and the port in its name."""
        return self._started().addresses

    @property
    def port(self) -> int:
        """The first port, which the system may have chosen."""
        return self.addresses[0][1]

    @property
    def dsn(self) -> str:
        """A URL by which clients connect to the first address, without a password."""
        host, port = self.addresses[0]
        user = next(iter(self._access.users), "postgres")
        database = self._handler.databases[0] if self._handler.databases else "postgres"
        who = quote(user, safe="")
        if "/" in host:
            return f"postgresql://{who}@/{quote(database, safe='')}?host={quote(host, safe='')}&port={port}"
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        host = f"[{host}]" if ":" in host else host
        return f"postgresql://{who}@{host}:{port}/{quote(database, safe='')}"

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Server:
        return self._start(asyncio.get_running_loop())

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)

    async def serve_forever(self) -> None:
        """Waits until it is stopped, within ``async with``."""
        while not await asyncio.to_thread(self.wait, 0.2):
            pass

    def __repr__(self) -> str:
        where = self._places if self._running is None else self.addresses
        return f"<trunkline.Server {where}>"

    def _start(self, loop: asyncio.AbstractEventLoop | None) -> Server:
        with self._lock:
            if self._running is not None:
                raise RuntimeError("the server is started already")
            tasks = Tasks(loop)
            self._running = _trunkline.Server(
                self._places, self._handler, tasks, self._access, self._bounds, self._catalog
            )
            # Those of an earlier start end on their own.
            self._tasks, self._stopped, self._ending = tasks, threading.Event(), None
        _RUNNING.add(self)
        return self

    def _forget(self) -> None:
        running = self._running
        if running is not None:
            running.forget_catalog()

    def _started(self) -> _trunkline.Server:
        running = self._running
        if running is None:
            raise RuntimeError("the server is not started")
        return running


def _end(running: _trunkline.Server, tasks: Tasks | None, stopped: threading.Event, at_once: bool) -> None:
    try:
        running.stop(at_once)
    finally:
        if tasks is not None:
            tasks.stop()
        stopped.set()


# Ended before the interpreter is, for they call it.
_RUNNING: set[Server] = set()


def _stop_all() -> None:
    for server in list(_RUNNING):
        with contextlib.suppress(Exception):
            server.stop(at_once=True)


if hasattr(os, "register_at_fork"):
    # The threads of a server are its process's: a child has none of them to stop.
    os.register_at_fork(after_in_child=_RUNNING.clear)


threading._register_atexit(_stop_all)  # type: ignore[attr-defined]
