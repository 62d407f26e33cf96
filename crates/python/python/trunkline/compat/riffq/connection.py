"""An object for each connection."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from trunkline.compat.riffq._server import Server


def _nothing(*arguments: Any, **options: Any) -> None:
    """Stands where nobody waits for a word."""


class BaseConnection(ABC):
    """One client; subclasses decide of its login and answer its queries."""

    def __init__(self, conn_id: int, executor: ThreadPoolExecutor) -> None:
        self.conn_id = conn_id
        self.executor = executor

    @abstractmethod
    def handle_auth(
        self,
        user: str,
        password: str,
        host: str,
        database: str | None = None,
        callback: Callable[..., None] = _nothing,
    ) -> None:
        """Calls back with True to let a client in, else with what it hears: ``callback(False, message, severity, sqlstate)``."""

    def handle_connect(
        self, ip: str, port: int, server_name: str | None = None, callback: Callable[..., None] = _nothing
    ) -> None:
        """The same, behind the login."""
        callback(True)

    @abstractmethod
    def handle_query(self, sql: str, callback: Callable[..., None] = _nothing, **kwargs: Any) -> None:
        """Calls back with the answer, now or later, from any thread."""

    def handle_disconnect(self, ip: str, port: int, callback: Callable[..., None] = _nothing) -> None:
        """Hears that it is gone."""

    def send_reader(self, reader: Any, callback: Callable[..., None]) -> None:
        """Answers with what exports an Arrow stream."""
        callback(reader.__arrow_c_stream__())

    def arrow_batch(self, values: Sequence[Any], names: Sequence[str]) -> Any:
        """A reader of one batch of these arrays of pyarrow."""
        import pyarrow as pa

        batch = pa.RecordBatch.from_arrays(list(values), names=list(names))
        return pa.RecordBatchReader.from_batches(batch.schema, [batch])


class RiffqServer:
    """A server whose connections are objects of a class."""

    def __init__(self, listen_addr: str, connection_cls: type[BaseConnection] = BaseConnection) -> None:
        self._server = Server(listen_addr)
        self.connection_cls = connection_cls
        self.connections: dict[int, BaseConnection] = {}
        self.executor = ThreadPoolExecutor(max_workers=4)
        self._lock = threading.Lock()
        # Without the lock: it is called wherever the last reference goes.
        self._server._forget = lambda number: self.connections.pop(number, None)
        self._server.on_query(self.handle_query)
        self._server.on_connect(self.handle_connect)
        self._server.on_disconnect(self.handle_disconnect)
        self._server.on_authentication(self.handle_auth)
        for name in ("set_tls", "register_database", "register_schema", "register_table", "set_lazy_catalog", "handle_shutdown"):
            setattr(self, name, getattr(self._server, name))

    def get_connection(self, conn_id: int) -> BaseConnection:
        """The connection of a number, which is made if there is none."""
        with self._lock:
            if conn_id not in self.connections:
                self.connections[conn_id] = self.connection_cls(conn_id, self.executor)
            return self.connections[conn_id]

    def handle_auth(self, conn_id: int, user: str, password: str, host: str, **options: Any) -> None:
        """Asks the connection."""
        self.get_connection(conn_id).handle_auth(user, password, host, **options)

    def handle_connect(self, conn_id: int, ip: str, port: int, **options: Any) -> None:
        """Asks the connection."""
        self.get_connection(conn_id).handle_connect(ip, port, **options)

    def handle_query(self, sql: str, callback: Callable[..., None], *, connection_id: int, **options: Any) -> None:
        """Asks the connection."""
        self.get_connection(connection_id).handle_query(sql, callback, **options)

    def handle_disconnect(self, conn_id: int, ip: str, port: int) -> None:
        """Tells the connection, and forgets it."""
        self.get_connection(conn_id).handle_disconnect(ip, port, callback=_nothing)
        with self._lock:
            self.connections.pop(conn_id, None)

    def start(self, tls: bool = False, catalog_emulation: bool = False, server_version: str | None = None) -> None:
        """Serves until it is told to stop."""
        try:
            self._server.start(tls, catalog_emulation, server_version)
        finally:
            self.executor.shutdown(wait=False)

    def stop(self) -> None:
        """Ends `start`, from another thread."""
        self._server.stop()
