"""Servers of a class of handlers: ``python -m trunkline.compat.postgres_proto.server MODULE.CLASS``."""

from __future__ import annotations

import argparse
import os
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from types import TracebackType
from typing import Any

import trunkline
from trunkline._serve import run
from trunkline.compat.postgres_proto._session import Clients, told
from trunkline.compat.postgres_proto.socket_handler import BasePostgresStreamRequestHandler
from trunkline.compat.postgres_proto.stream import column_of

_Handler = Callable[..., BasePostgresStreamRequestHandler]


class TlsFiles:
    """A certificate and its key, as what serves them wants them: see `create_ssl_context`."""

    def __init__(self, certfile: str, keyfile: str) -> None:
        self.certfile = certfile
        self.keyfile = keyfile


def create_ssl_context(certfile: str, keyfile: str) -> TlsFiles:
    """The certificate and its key, two PEM files; OSError if they cannot be read or are none."""
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certfile, keyfile)
    return TlsFiles(certfile, keyfile)


class ThreadingTCPServer:
    """Serves a class of handlers, each client on a thread of its own, as `socketserver` would.

    The address is taken at once, and listened at from `serve_forever` on. The certificate is ``ssl_context``, and the most
    clients at once ``max_connected_clients``, without which there are 100.
    """

    def __init__(self, server_address: tuple[str, int], request_handler: _Handler, *, insecure: bool = False) -> None:
        self.RequestHandlerClass = request_handler
        self.ssl_context: TlsFiles | None = None
        self.max_connected_clients: int | None = None
        self._insecure = insecure
        self._clients = Clients(self, request_handler)
        self._running: trunkline.Server | None = None
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._place: socket.socket | None = _reserved(server_address)
        #: Where it listens.
        self.server_address: tuple[str, int] = self._place.getsockname()[:2]

    @property
    def nb_connected_clients(self) -> int:
        """How many clients there are."""
        return self._clients.connected

    def serve_forever(self, poll_interval: float = 0.5) -> None:
        """Serves until `shutdown`; PermissionError for a public address that is not safe."""
        running = self._server()
        try:
            with running:
                while not self._ended.wait(0) and not running.wait(poll_interval):
                    pass
        finally:
            self._running = None

    def run(self, started: Callable[[], object] = lambda: None) -> None:
        """Serves until `shutdown`, SIGINT or SIGTERM."""
        try:
            run(self._server(), started)
        finally:
            self._running = None

    def shutdown(self) -> None:
        """Ends `serve_forever`, from another thread; clients are cut off when their statements have ended."""
        self._ended.set()
        running = self._running
        if running is not None:
            running.stop()

    def server_close(self) -> None:
        """Gives the address back."""
        with self._lock:
            place, self._place = self._place, None
        if place is not None:
            place.close()

    def __enter__(self) -> ThreadingTCPServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server_close()

    def _server(self) -> trunkline.Server:
        tls = self.ssl_context
        if tls is not None and not isinstance(tls, TlsFiles):
            raise TypeError("TLS is Rust's, which needs the files: use create_ssl_context")
        host, port = self.server_address
        clients = self._clients
        running = trunkline.Server(
            clients,
            f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            thread="connection",
            describe="run",
            authenticate=clients.admit if clients.decides else None,
            tls=(tls.certfile, tls.keyfile) if tls is not None else None,
            insecure=self._insecure or host in ("127.0.0.1", "::1"),
            catalog=self._catalog,
            max_connections=100 if self.max_connected_clients is None else self.max_connected_clients,
        )
        self.server_close()
        self._running = running
        return running

    def _catalog(self, database: str) -> trunkline.Catalog:
        """What an object of no client tells, which is asked again when a second has passed."""
        catalog = trunkline.Catalog()
        handler: Any = self.RequestHandlerClass(None, None, self)
        try:
            handler.startup_params = {"database": database}
            with told():
                for table in getattr(handler, "list_tables", list)():
                    columns = [column_of(column) for column in handler.describe_table(table)]
                    catalog.table(str(table), [(column.name, column.pytype or "text") for column in columns])
        finally:
            handler.finish()
            again = threading.Timer(1.0, self._forget)
            again.daemon = True
            again.start()
        return catalog

    def _forget(self) -> None:
        running = self._running
        if running is not None:
            try:
                running.refresh()
            except RuntimeError:  # it has just been stopped
                pass


def _reserved(address: tuple[str, int]) -> socket.socket:
    """A socket that is bound, and does not listen: nobody else gets the port until it is closed."""
    host, port = address
    host = host or "0.0.0.0"
    family, _, _, _, found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    place = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.bind(found)
    except BaseException:
        place.close()
        raise
    return place


def create_server(
    request_handler: _Handler,
    port: int,
    listen_addr: str = "127.0.0.1",
    ssl_context: TlsFiles | None = None,
    max_clients: int | None = None,
    *,
    insecure: bool = False,
) -> ThreadingTCPServer:
    """A server of a class; a public address needs logins and TLS, or ``insecure=True``."""
    server = ThreadingTCPServer((listen_addr, port), request_handler, insecure=insecure)
    server.ssl_context = ssl_context
    server.max_connected_clients = max_clients
    return server


def start_server(
    request_handler: _Handler,
    port: int,
    listen_addr: str = "127.0.0.1",
    ssl_cert: str | None = None,
    ssl_key: str | None = None,
    max_clients: int | None = None,
    *,
    insecure: bool = False,
    **server_properties: Any,
) -> None:
    """Serves a class until SIGINT or SIGTERM; what else is given is an attribute of ``self.server``."""
    if bool(ssl_cert) != bool(ssl_key):
        raise ValueError("TLS needs both a certificate and its key")
    tls = create_ssl_context(ssl_cert, ssl_key) if ssl_cert and ssl_key else None
    server = create_server(request_handler, port, listen_addr, tls, max_clients, insecure=insecure)
    for name, value in server_properties.items():
        setattr(server, name, value)

    def say() -> None:
        host, number = server.server_address
        print(f"Serving on {host}:{number}", flush=True)
        if tls is not None:
            print("SSL is enabled", flush=True)

    server.run(say)


cli_arg_parser = argparse.ArgumentParser()
cli_arg_parser.add_argument("--listen-addr", default="127.0.0.1")
cli_arg_parser.add_argument("--port", type=int, default=55432)
cli_arg_parser.add_argument("--ssl-cert")
cli_arg_parser.add_argument("--ssl-key")
cli_arg_parser.add_argument("--max-clients", type=int, default=100)


def _handler_of(text: str) -> Any:
    module, _, name = text.rpartition(".")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as failed:
        raise argparse.ArgumentTypeError(f"{text}: {failed}") from failed


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    cli_arg_parser.add_argument("request_handler", type=_handler_of, metavar="MODULE.CLASS")
    start_server(**vars(cli_arg_parser.parse_args()))
