"""Patterns of LIKE, by steps no more than the text is long times the pattern: whoever writes one may be a stranger."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from trunkline.errors import Error


def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a text matches, all of it: ``%`` is any letters, ``_`` one, and after a backslash each is itself.

    Raises 22025 for a backslash at the end.
    Source: <https://www.postgresql.org/docs/current/functions-matching.html#FUNCTIONS-LIKE>
    """
    first, *between = _parts(pattern)
    if not between:
        return lambda text: first.expression.fullmatch(text) is not None
    last = between.pop()

    def matches(text: str) -> bool:
        found = first.expression.match(text)
        if found is None:
            return False
        # The leftmost place of each part leaves the most room for those behind it.
        place, end = found.end(), len(text) - last.length
        for part in between:
            found = part.expression.search(text, place, end) if place <= end else None
            if found is None:
                return False
            place = found.end()
        return place <= end and last.expression.match(text, end) is not None

    return matches


class _Part(NamedTuple):
    expression: re.Pattern[str]
    #: How many letters it matches.
    length: int


def _parts(pattern: str) -> list[_Part]:
    """What is between the ``%``."""
    parts: list[list[str]] = [[]]
    letters = iter(pattern)
    for letter in letters:
        if letter == "%":
            parts.append([])
        elif letter == "\\":
            letter = next(letters, "")
            if not letter:
                raise Error("22025", "LIKE pattern must not end with escape character")
            parts[-1].append(re.escape(letter))
        else:
            parts[-1].append("." if letter == "_" else re.escape(letter))
    return [_Part(re.compile("".join(part), re.S), len(part)) for part in parts]
