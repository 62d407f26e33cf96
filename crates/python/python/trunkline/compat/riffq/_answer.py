"""What is called back, and what it means."""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from typing import Any, TypeVar

from trunkline import Error, Result

_T = TypeVar("_T")
# What a callback was called with; None if it never will be.
Said = tuple[tuple[Any, ...], dict[str, Any]] | None

_TYPES = {
    "int": "int8",
    "float": "float8",
    "bool": "bool",
    "str": "text",
    "string": "text",
    "date": "date",
    "datetime": "timestamp",
}


def pg_type(name: str) -> str:
    """The type that riffq's name for one stands for; a name of PostgreSQL's is itself."""
    return _TYPES.get(name, name)


class Callback:
    """Called with an answer; of several calls the first counts."""

    def __init__(self, told: Future[Said]) -> None:
        self._told = told

    def __call__(self, *arguments: Any, **options: Any) -> None:
        _tell(self._told, (arguments, options))


def _tell(told: Future[Said], said: Said) -> None:
    with contextlib.suppress(InvalidStateError):
        told.set_result(said)


def ask(call: Callable[[Callback], object]) -> Future[Said]:
    """Calls with a callback: what that is called with, now or later, from any thread; None once nobody has it any more."""
    told: Future[Said] = Future()
    callback = Callback(told)
    weakref.finalize(callback, _tell, told, None).atexit = False
    call(callback)
    return told


def then(told: Future[Said], finish: Callable[[Said], _T]) -> Any:
    """What is made of an answer: at once if it is there, else by a coroutine, so that no thread waits for it."""
    if told.done():
        return finish(told.result())

    async def later() -> _T:
        return finish(await asyncio.wrap_future(told))

    return later()


class _Capsule:
    """A capsule of an Arrow stream, as what exports one."""

    def __init__(self, capsule: object) -> None:
        self._capsule = capsule

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._capsule


def answer(said: Said) -> Any:
    """What trunkline is to answer."""
    if said is None:
        raise RuntimeError("the handler never called its callback")
    (result, *more), options = said
    if more:
        raise TypeError("a callback takes one result")
    if options.get("is_error"):
        severity, sqlstate, message = result
        raise Error(sqlstate, message, fatal=severity in ("FATAL", "PANIC"))
    if options.get("is_tag"):
        return Result(None, tag=result)
    if type(result).__name__ == "PyCapsule":
        return _Capsule(result)
    if isinstance(result, bytes):
        import pyarrow.ipc

        return pyarrow.ipc.open_stream(result)
    if isinstance(result, tuple) and len(result) == 2 and all(isinstance(column, dict) for column in result[0]):
        description, rows = result
        return list(rows), [(column["name"], pg_type(column["type"])) for column in description]
    return result


def admit(said: Said, sqlstate: str, message: str) -> None:
    """Raises why somebody does not come in: only True lets in."""
    (result, *more), options = said if said is not None else ((False,), {})
    if result is True:
        return
    names = ("message", "severity", "sqlstate")
    told = dict(zip(names, more, strict=False)) | {name: options[name] for name in names if options.get(name) is not None}
    if not told:
        raise Error(sqlstate, message, fatal=True)
    raise Error(told.get("sqlstate") or "XX000", told.get("message") or "rejected", fatal=True)
