"""Patterns of LIKE, by steps no more than the text is long times the pattern: whoever writes one may be a stranger."""

from __future__ import annotations

import re
from collections.abc import Callable

from trunkline.errors import Error


def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a text matches, all of it: ``%`` is any letters, ``_`` one, and after a backslash each is itself.

    Raises 22025 for a backslash at the end.
    Source: <https://www.postgresql.org/docs/current/functions-matching.html#FUNCTIONS-LIKE>
    """
    first, *between = _parts(pattern)
    if not between:
        return lambda text: first.fullmatch(text) is not None
    last = between.pop()
    length = len(re.sub(r"\\(.)", r"\1", last.pattern, flags=re.S))

    def matches(text: str) -> bool:
        found = first.match(text)
        if found is None:
            return False
        # The leftmost place of each part leaves the most room for those behind it.
        place, end = found.end(), len(text) - length
        for part in between:
            found = part.search(text, place, end) if place <= end else None
            if found is None:
                return False
            place = found.end()
        return place <= end and last.match(text, end) is not None

    return matches


def _parts(pattern: str) -> list[re.Pattern[str]]:
    """What is between the ``%``: expressions of a fixed length each."""
    parts = [""]
    letters = iter(pattern)
    for letter in letters:
        if letter == "%":
            parts.append("")
            continue
        if letter == "\\":
            letter = next(letters, "")
            if not letter:
                raise Error("22025", "LIKE pattern must not end with escape character")
            parts[-1] += re.escape(letter)
        else:
            parts[-1] += "." if letter == "_" else re.escape(letter)
    return [re.compile(part, re.S) for part in parts]
