"""Which of PostgreSQL's types values have, by their Python types: as answers of handlers have them."""

from __future__ import annotations

import datetime
import decimal
import enum
import ipaddress
import uuid
from collections.abc import Iterable
from typing import Any

# Each can hold those before it.
_NUMBERS = ("int8", "numeric", "float8")

# The first that fits: a bool is an int, and a datetime a date.
_CLASSES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (str, "text"),
    (bool, "bool"),
    (int, "int8"),
    (float, "float8"),
    (datetime.datetime, "timestamp"),
    (datetime.date, "date"),
    (datetime.time, "time"),
    (datetime.timedelta, "interval"),
    ((bytes, bytearray, memoryview), "bytea"),
    (dict, "jsonb"),
    (decimal.Decimal, "numeric"),
    (uuid.UUID, "uuid"),
    ((ipaddress.IPv4Network, ipaddress.IPv6Network), "cidr"),
    ((ipaddress.IPv4Address, ipaddress.IPv6Address), "inet"),
)


def of(values: Iterable[Any]) -> str | None:
    """The type that holds all values; None if all are NULL.

    Raises TypeError for what PostgreSQL has no type for, and for values of types that have nothing in common.
    """
    found: str | None = None
    for value in values:
        ty = _of(value)
        if ty is None or ty == found:
            continue
        both = ty if found is None else joined(found, ty)
        if both is None:
            raise TypeError(f"a column holds {found} and {ty}")
        found = both
    return found


def joined(one: str, two: str) -> str | None:
    """The type that holds the values of both; None if none does."""
    if one == two:
        return one
    if one in _NUMBERS and two in _NUMBERS:
        return max(one, two, key=_NUMBERS.index)
    if one.endswith("[]") and two.endswith("[]"):
        element = joined(one[:-2], two[:-2])
        return "jsonb" if element is None else f"{element}[]"
    if "jsonb" in (one, two):
        # A list that is no array is JSON, as are the other lists of its column.
        return "jsonb" if (one + two).replace("jsonb", "").endswith("[]") else None
    return "timestamp" if {one, two} == {"date", "timestamp"} else None


def _of(value: Any) -> str | None:
    found: Any = value
    if value is None:
        return None
    if isinstance(value, enum.Enum):
        return _of(value.value)
    if isinstance(value, (list, tuple)):
        try:
            element = of(value)
        except TypeError:
            return "jsonb"
        return "jsonb" if element is None or element.endswith(("[]", "jsonb")) else f"{element}[]"
    for classes, ty in _CLASSES:
        if isinstance(value, classes):
            if ty == "int8" and not -(2**63) <= found < 2**63:
                return "numeric"
            if ty in ("timestamp", "time"):
                # Not a time, as pandas has it, is not itself either.
                return None if value != value else ty + ("" if found.tzinfo is None else "tz")
            return ty
    if hasattr(value, "__index__"):
        return "int8"
    if hasattr(value, "__float__"):
        return "float8"
    raise TypeError(f"PostgreSQL has no type for {type(value)}")


def plain(value: Any) -> Any:
    """A value without the wrapping that its type does not show: that of an enumeration, or of NumPy."""
    if isinstance(value, enum.Enum):
        return value.value
    if value is None or isinstance(value, (str, int, float)) or not hasattr(value, "item"):
        return None if isinstance(value, datetime.datetime) and value != value else value
    return value.item()
