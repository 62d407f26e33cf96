"""From what users give to what the extension calls."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Calls:
    """What one connection's statements are answered with."""

    query: Callable[..., Any]
    prepare: Callable[..., Any] | None = None
    describe: Callable[..., Any] | None = None
    copy_in: Callable[..., Any] | None = None
    notify: Callable[..., Any] | None = None
    disconnect: Callable[..., Any] | None = None
    transaction: Callable[..., Any] | None = None


@dataclass(frozen=True)
class Handler:
    """What a server answers with."""

    open: Callable[..., Any]
    calls: Calls | None
    columns: Sequence[Any] | None
    runs_to_describe: bool
    has_threads: bool
    databases: list[str] | None


@dataclass(frozen=True)
class Access:
    """Who may come in; passwords are not shown."""

    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    users_file: str | os.PathLike[str] | None = None
    hba: str | None = None
    ident: str | None = None
    certificate: str | os.PathLike[str] | None = None
    key: str | os.PathLike[str] | None = None
    client_ca: str | os.PathLike[str] | None = None
    authenticate: Callable[..., Any] | None = None

    def __post_init__(self) -> None:
        if self.authenticate is not None and not callable(self.authenticate):
            raise TypeError(f"authenticate is a function, not {type(self.authenticate)}")
        if self.client_ca is not None and self.certificate is None:
            raise ValueError("client_ca= needs tls=: only in TLS do clients show certificates")
        if self.ident is not None and self.hba is None:
            raise ValueError("ident= needs hba=: its rules name the maps")


@dataclass(frozen=True)
class Bounds:
    """What a server may take; times are in seconds."""

    connections: int
    login_timeout: float
    drain_timeout: float
    statement_timeout: float | None
    message_bytes: int
    limits: dict[str, Any]
    threads: int
    waiting: int
    require_tls: bool
    insecure: bool

    def __post_init__(self) -> None:
        counts = {
            "max_connections": self.connections,
            "max_message": self.message_bytes,
            "threads": self.threads,
            "waiting": self.waiting,
        }
        for name, count in counts.items():
            if count < 1:
                raise ValueError(f"{name} is at least 1, not {count}")


def handler(
    given: Any,
    *,
    describe: Any,
    columns: Sequence[Any] | None,
    thread: str,
    databases: Sequence[str] | None,
) -> Handler:
    """A function or an object with ``query`` for all; a class, or what has ``open``, for one for each connection."""
    if thread not in ("pool", "connection"):
        raise ValueError(f'thread is "pool" or "connection", not {thread!r}')
    if isinstance(databases, str):
        raise TypeError("databases is a list of names")
    if databases is not None and not databases:
        raise ValueError("databases= names none: nobody could connect")
    runs = describe == "run"
    if isinstance(describe, str) and not runs:
        raise ValueError('describe is a function, or "run"')
    if describe is not None and not runs and not callable(describe):
        raise TypeError(f'describe is a function, or "run", not {type(describe)}')
    described = None if runs else describe
    calls: Calls | None
    if inspect.isclass(given):
        if not callable(getattr(given, "query", None)):
            raise TypeError(f"{given!r} has no method query")
        calls, opened = None, _opening(given, described)
    elif callable(getattr(given, "open", None)):
        calls, opened = None, _opened(given.open, described)
    else:
        calls = _calls(given, described)
        opened = _never
    return Handler(opened, calls, columns, runs, thread == "connection", list(databases) if databases else None)


def authenticate(given: Any) -> Callable[[Any], Any] | None:
    """How a handler lets clients in, if it has a method for that: of a class, the instance goes on to serve the client."""
    method = getattr(given, "authenticate", None)
    if not inspect.isclass(given) or method is None:
        return method

    def asked(login: Any) -> Any:
        instance: Any = given()
        login._attach(instance)
        return instance.authenticate(login)

    return asked


def _calls(given: Any, describe: Callable[..., Any] | None) -> Calls:
    query = getattr(given, "query", None)
    if not callable(query):
        if not callable(given):
            raise TypeError(f"a handler is a function, a class or an object with a method query, not {type(given)}")
        query = given
    return Calls(
        query,
        getattr(given, "prepare", None),
        describe or getattr(given, "describe", None),
        getattr(given, "copy_in", None),
        getattr(given, "notify", None),
        getattr(given, "disconnect", None),
        getattr(given, "transaction", None),
    )


def _opening(cls: type, describe: Callable[..., Any] | None) -> Callable[..., Any]:
    def opened(connection: Any) -> Any:
        attached = connection._attached
        instance = cls() if attached is None else attached
        connect = getattr(instance, "connect", None)
        waiting = None if connect is None else connect(connection)
        if inspect.isawaitable(waiting):

            async def wait() -> Calls:
                await waiting
                return _calls(instance, describe)

            return wait()
        return _calls(instance, describe)

    return opened


def _opened(open: Callable[..., Any], describe: Callable[..., Any] | None) -> Callable[..., Any]:
    def opened(connection: Any) -> Any:
        instance = open(connection)
        if inspect.isawaitable(instance):

            async def wait() -> Calls:
                return _calls(await instance, describe)

            return wait()
        return _calls(instance, describe)

    return opened


def _never(connection: Any) -> Calls:
    raise AssertionError("nothing is opened for a handler of all connections")
