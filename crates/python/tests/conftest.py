"""Servers of real handlers, and the clients that ask them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

import trunkline


@pytest.fixture
def serve() -> Iterator[Callable[..., trunkline.Server]]:
    """Starts servers on free ports, which stop at the end of the test."""
    running: list[trunkline.Server] = []

    def start(handler: Any, **options: Any) -> trunkline.Server:
        server = trunkline.Server(handler, "127.0.0.1:0", **options).start()
        running.append(server)
        return server

    yield start
    for server in running:
        server.stop(at_once=True)


@pytest.fixture
def connect() -> Iterator[Callable[..., psycopg.Connection]]:
    """Connects psycopg to a server, in autocommit."""
    connections: list[psycopg.Connection] = []

    def connect(server: trunkline.Server, **options: Any) -> psycopg.Connection:
        connection = psycopg.connect(server.dsn, autocommit=True, connect_timeout=20, **options)
        connections.append(connection)
        return connection

    yield connect
    for connection in connections:
        connection.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[psycopg.Connection]:
    """A real PostgreSQL 18, of which `TRUNKLINE_POSTGRES` says where it is."""
    with psycopg.connect(os.environ["TRUNKLINE_POSTGRES"], autocommit=True) as connection:
        yield connection
