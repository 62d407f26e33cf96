"""What is called back, and what it means."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import Any

from trunkline import Error, Query, Result

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


class _Told:
    """An answer that has come, or will; None where nobody is left to give one."""

    def __init__(self) -> None:
        self.is_there = threading.Event()
        self.arguments: tuple[tuple[Any, ...], dict[str, Any]] | None = None


class Callback:
    """Called with an answer; of several calls the first counts."""

    def __init__(self, told: _Told) -> None:
        self._told = told

    def __call__(self, *arguments: Any, **options: Any) -> None:
        told = self._told
        if told.arguments is None and not told.is_there.is_set():
            told.arguments = arguments, options
            told.is_there.set()


def ask(call: Callable[[Callback], object], query: Query | None = None) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    """Calls with a callback and waits for it; None if it is dropped without a word, or the query is cancelled."""
    told = _Told()
    if query is not None:
        query.on_cancel(told.is_there.set)
    callback = Callback(told)
    # Whoever has it may call it later, from any thread; when nobody has it any more, nobody will.
    weakref.finalize(callback, told.is_there.set)
    call(callback)
    del callback
    told.is_there.wait()
    return told.arguments


class _Capsule:
    """A capsule of an Arrow stream, as what exports one."""

    def __init__(self, capsule: object) -> None:
        self._capsule = capsule

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._capsule


def answer(told: tuple[tuple[Any, ...], dict[str, Any]] | None) -> Any:
    """What trunkline is to answer."""
    if told is None:
        raise RuntimeError("the handler never called its callback")
    (result, *more), options = told
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


def refusal(told: tuple[tuple[Any, ...], dict[str, Any]] | None, sqlstate: str, message: str) -> Error | None:
    """Why somebody does not come in; None for who does: only True lets in."""
    (result, *more), options = told if told is not None else ((False,), {})
    if result is True:
        return None
    names = ("message", "severity", "sqlstate")
    said = dict(zip(names, more, strict=False)) | {name: options[name] for name in names if options.get(name) is not None}
    if not said:
        return Error(sqlstate, message, fatal=True)
    return Error(said.get("sqlstate") or "XX000", said.get("message") or "rejected", fatal=True)
