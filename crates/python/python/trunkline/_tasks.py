"""Coroutines of handlers, on the user's event loop or one of our own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

_Done = Callable[[Any, BaseException | None], None]


class Tasks:
    """Runs coroutines on an event loop; methods may be called on any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._loop = loop
        self._own: threading.Thread | None = None
        self._lock = threading.Lock()

    def loop(self) -> asyncio.AbstractEventLoop:
        """The user's loop; without one a loop of our own, from the first coroutine on."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._own = threading.Thread(target=self._loop.run_forever, name="trunkline-asyncio", daemon=True)
                self._own.start()
            return self._loop

    def task(self, awaitable: Awaitable[Any], done: _Done) -> Task:
        """A task that is not started yet; ``done`` is called at its end."""
        return Task(self.loop(), awaitable, done)

    def forget(self, awaitable: Awaitable[Any]) -> None:
        """Runs something for which nobody waits."""
        from trunkline import _errors

        def done(_: Any, raised: BaseException | None) -> None:
            if raised is not None:
                _errors.log(raised, "a callback failed")

        self.task(awaitable, done).start()

    def iterate(self, rows: AsyncIterator[Any]) -> Iterator[Any]:
        """What an asynchronous iterator gives, for a thread that can wait."""
        iterator = aiter(rows)
        end = object()

        async def step() -> Any:
            return await anext(iterator, end)

        try:
            while (value := asyncio.run_coroutine_threadsafe(step(), self.loop()).result()) is not end:
                yield value
        finally:
            close = getattr(iterator, "aclose", None)
            if close is not None:
                self.forget(close())

    def stop(self) -> None:
        """Ends a loop of our own."""
        if self._own is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._own.join(timeout=5)


class Task:
    """One coroutine."""

    def __init__(self, loop: asyncio.AbstractEventLoop, awaitable: Awaitable[Any], done: _Done) -> None:
        self._loop = loop
        self._awaitable = awaitable
        self._done = done
        self._task: asyncio.Task[None] | None = None
        self._is_canceled = False

    def start(self) -> None:
        """Starts it on its loop."""
        try:
            self._loop.call_soon_threadsafe(self._start)
        except RuntimeError as raised:
            close = getattr(self._awaitable, "close", None)
            if close is not None:
                close()
            self._done(None, raised)

    def cancel_soon(self) -> None:
        """Cancels it on its loop."""
        self._is_canceled = True
        self._loop.call_soon_threadsafe(self._cancel)

    def _start(self) -> None:
        self._task = self._loop.create_task(self._run())
        if self._is_canceled:
            self._task.cancel()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        # Whatever it raises, be it SystemExit, is its client's matter, not that of everybody on the loop.
        try:
            value = await self._awaitable
        except BaseException as raised:
            self._done(None, raised)
        else:
            self._done(value, None)
