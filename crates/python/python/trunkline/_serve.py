"""Serving until a signal says to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

from trunkline._server import Server


def serve(handler: Any, listen: str | Sequence[str] = "127.0.0.1:5432", **options: Any) -> None:
    """Serves a handler until SIGINT, SIGTERM or `Server.stop`; SIGHUP reads certificates and users again.

    The options are those of `Server`. On another thread than the main one signals are left alone.
    """
    server = Server(handler, listen, **options)
    run(server)


def run(server: Server, started: Callable[[], object] = lambda: None) -> None:
    """Starts a server, says so by calling ``started``, and waits for its end; the second signal does not let it wait for clients."""
    signals: list[int] = []
    before: dict[int, Any] = {}

    def asked(number: int, frame: FrameType | None) -> None:
        signals.append(number)

    def reload(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=server.reload, name="trunkline-reload").start()

    if threading.current_thread() is threading.main_thread():
        wanted: dict[int, Any] = {signal.SIGINT: asked, signal.SIGTERM: asked}
        if hasattr(signal, "SIGHUP"):
            wanted[signal.SIGHUP] = reload
        before = {number: signal.signal(number, answer) for number, answer in wanted.items()}
    try:
        server.start()
        try:
            started()
            while not signals and not server.wait(0.2):
                pass
        finally:
            # Signals are answered on this thread, between its steps.
            ending = threading.Thread(target=server.stop, name="trunkline-stop")
            ending.start()
            while ending.is_alive():
                ending.join(0.2)
                if len(signals) > 1:
                    server.stop(at_once=True)
    finally:
        for number, answer in before.items():
            signal.signal(number, answer)
