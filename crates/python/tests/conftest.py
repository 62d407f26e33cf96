"""Servers of real handlers, and the clients that ask them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
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


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for localhost, and its key."""
    files = tmp_path / "server.crt", tmp_path / "server.key"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run([*words, "-out", files[0], "-keyout", files[1]], check=True, capture_output=True)
    return files
