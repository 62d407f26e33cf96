"""Functions that answer some statements in the place of the handler."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from trunkline import _sql
from trunkline._handlers import Calls, Handler

# Blanks and comments; those that are nested PostgreSQL alone knows, which tells a tag of them.
_PASSED_OVER = re.compile(r"(?:\s+|--[^\n]*|/\*.*?\*/)*", re.S)
_WORD = re.compile(r"\s*(\w+)")

_Answer = Callable[[Any], Any]


class Statements:
    """The functions by the words that statements begin with."""

    def __init__(self, given: Mapping[str, _Answer]) -> None:
        self._known: dict[tuple[str, ...], _Answer] = {}
        for words, answer in given.items():
            self.add(words, answer)

    def add(self, words: str, answer: _Answer) -> None:
        """Has a function answer what begins with these words.

        Raises ValueError if there are none, TypeError for what cannot be called.
        """
        key = tuple(words.upper().split())
        if not key:
            raise ValueError('say which statements: "INSERT", "CREATE TABLE"')
        if not callable(answer):
            raise TypeError(f"{words} is answered by a function, not by {type(answer)}")
        # Those who are looking right now go on with what they have.
        self._known = {**self._known, key: answer}

    def around(self, handler: Handler) -> Handler:
        """A handler that is asked for the others."""
        calls = handler.calls and self._calls(handler.calls)

        def opened(connection: Any) -> Any:
            answering = handler.open(connection)
            if inspect.isawaitable(answering):

                async def wait() -> Calls:
                    return self._calls(await answering)

                return wait()
            return self._calls(answering)

        return replace(handler, calls=calls, open=opened)

    def _calls(self, calls: Calls) -> Calls:
        query, prepare, describe = calls.query, calls.prepare, calls.describe

        def answer(asked: Any) -> Any:
            return ((self._known and self._of(asked.sql)) or query)(asked)

        def described(asked: Any) -> Any:
            if self._known and self._of(asked.sql):
                # The function tells its columns when it answers.
                parsed = _sql.parse(asked.sql)
                return None if parsed.tag and not parsed.returns_rows else NotImplemented
            return describe(asked) if describe else NotImplemented

        def prepared(asked: Any) -> Any:
            return prepare(asked) if prepare and not (self._known and self._of(asked.sql)) else None

        return replace(
            calls, query=answer, prepare=prepare and prepared, describe=describe and described
        )

    def _of(self, sql: str) -> _Answer | None:
        """What answers a statement; of several the one with the most words."""
        try:
            words = tuple(_sql.parse(sql).tag.split())
        except ValueError:
            return None
        words = words or self._first(sql)
        return next((known for n in range(len(words), 0, -1) if (known := self._known.get(words[:n]))), None)

    def _first(self, sql: str) -> tuple[str, ...]:
        """As many words of a text as any name has."""
        at, words = _PASSED_OVER.match(sql), []
        end = at.end() if at else 0
        for _ in range(max(map(len, self._known))):
            word = _WORD.match(sql, end)
            if word is None:
                break
            words.append(word[1].upper())
            end = word.end()
        return tuple(words)
