"""For tests: a pytest fixture that serves a handler. pytest finds it by itself once trunkline is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from trunkline._server import Server


@pytest.fixture
def trunkline_server() -> Iterator[Callable[..., str]]:
    """Serves handlers until the end of the test: called with one, and the options of `Server`, it returns a DSN.

    ::

        def test_asks_for_users(trunkline_server):
            dsn = trunkline_server(lambda query: [{"id": 1, "name": "ann"}])
            assert names(dsn) == ["ann"]
    """
    running: list[Server] = []

    def serve(handler: Any, **options: Any) -> str:
        server = Server(handler, options.pop("listen", "127.0.0.1:0"), **options).start()
        running.append(server)
        return server.dsn

    yield serve
    for server in reversed(running):
        server.stop(at_once=True)
