"""Coroutines of handlers, on the user's event loop or one of our own."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import functools
import inspect
import os
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

    def iterate(self, rows: AsyncIterator[Any]) -> Steps:
        """What an asynchronous iterator gives, for a thread that can wait."""
        return Steps(self, rows)

    def stop(self) -> None:
        """Ends a loop of our own, and what runs on it; not called on it."""
        own, loop = self._own, self._loop
        if own is None or loop is None or own is threading.current_thread():
            return

        async def end() -> None:
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            done, waiting = await asyncio.wait(tasks, timeout=_GOING) if tasks else (set(), set())
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            await loop.shutdown_asyncgens()

        ending = asyncio.run_coroutine_threadsafe(end(), loop)
        with contextlib.suppress(concurrent.futures.TimeoutError):
            ending.result(2 * _GOING)
        loop.call_soon_threadsafe(loop.stop)
        own.join(timeout=_GOING)
        if not own.is_alive():
            loop.close()


# How long what runs on a loop of our own may take at its end, in seconds.
_GOING = 2.0


class Steps:
    """The rows of an asynchronous iterator, one at a time."""

    def __init__(self, tasks: Tasks, rows: AsyncIterator[Any]) -> None:
        self._tasks = tasks
        self._rows = aiter(rows)
        self._step: concurrent.futures.Future[Any] | None = None
        self._is_canceled = False

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        end = object()

        async def step() -> Any:
            # On the loop, which is to know of the iterator.
            return await anext(self._rows, end)

        self._step = asyncio.run_coroutine_threadsafe(_outcome(step()), self._tasks.loop())
        if self._is_canceled:
            self._step.cancel()
        value, raised = self._step.result()
        if raised is not None:
            raise raised
        if value is end:
            raise StopIteration
        return value

    def cancel(self) -> None:
        """Ends the step that somebody waits for; on any thread."""
        self._is_canceled = True
        if self._step is not None:
            self._step.cancel()

    def __del__(self) -> None:
        close = getattr(self._rows, "aclose", None)
        # A loop that has ended has closed what ran on it.
        if close is not None and not self._tasks.loop().is_closed():
            self._tasks.forget(close())


async def _outcome(awaitable: Awaitable[Any]) -> tuple[Any, BaseException | None]:
    """What it returns, or what it raises: be that SystemExit, it is its client's matter, not that of everybody on the loop."""
    process = os.getpid()
    value, raised = None, None
    try:
        value = await awaitable
    except BaseException as failed:
        raised = failed
    if os.getpid() != process:
        # A child that was forked, and came back: the client is its parent's.
        os._exit(70)
    return value, raised


async def arriving(copy: Any) -> AsyncIterator[tuple[Any, ...]]:
    """The rows of a COPY FROM."""
    loop = asyncio.get_running_loop()
    while True:
        ready = asyncio.Event()
        if copy._when_ready(functools.partial(loop.call_soon_threadsafe, ready.set)):
            await ready.wait()
        rows = copy._take()
        if rows is None:
            return
        for row in rows:
            yield row


class Task:
    """One coroutine."""

    def __init__(self, loop: asyncio.AbstractEventLoop, awaitable: Awaitable[Any], done: _Done) -> None:
        self._loop = loop
        self._awaitable = awaitable
        self._done = done
        self._task: asyncio.Task[None] | None = None
        self._is_canceled = False
        self._is_over = False

    def start(self) -> None:
        """Starts it on its loop."""
        try:
            self._loop.call_soon_threadsafe(self._start)
        except RuntimeError as raised:
            self._end(None, raised)

    def cancel_soon(self) -> None:
        """Cancels it on its loop."""
        self._is_canceled = True
        with contextlib.suppress(RuntimeError):  # The loop has ended, and the task with it.
            self._loop.call_soon_threadsafe(self._cancel)

    def _start(self) -> None:
        self._task = self._loop.create_task(self._run())
        # One that is cancelled before its first step never gets to tell; to tell twice does no harm.
        self._task.add_done_callback(lambda _: self._end(None, asyncio.CancelledError()))
        if self._is_canceled:
            self._task.cancel()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        self._end(*await _outcome(self._awaitable))

    def _end(self, value: Any, raised: BaseException | None) -> None:
        if self._is_over:
            return
        self._is_over = True
        if raised is not None and inspect.iscoroutine(self._awaitable):
            self._awaitable.close()
        self._done(value, raised)
