"""Values of PostgreSQL's types as Python has them: constants, and what casts make of them."""

from __future__ import annotations

import datetime
import decimal
import re
import uuid
from collections.abc import Callable
from typing import Any

from trunkline.errors import Error
from trunkline.sql import Constant, Parameter, Typed, Value

#: What PostgreSQL calls types in its messages.
NAMES = {
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "bool": "boolean",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "time": "time without time zone",
}
NUMBERS = ("int2", "int4", "int8", "numeric", "float4", "float8")
TEXTS = ("text", "varchar", "name")
MOMENTS = ("date", "timestamp", "timestamptz")
#: What is compared, and ordered.
COMPARED = (*NUMBERS, *TEXTS, *MOMENTS, "bool", "time", "uuid", "bytea")

_BITS = {"int2": 15, "int4": 31, "int8": 63}
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


_SHORT = {long: short for short, long in NAMES.items()} | {"character varying": "varchar"}


def short(ty: str) -> str:
    """A type by its name in PostgreSQL's catalogs: ``int4`` for ``integer``."""
    if ty.endswith("[]"):
        return f"{short(ty[:-2])}[]"
    return _SHORT.get(ty, ty)


def base(ty: str) -> str:
    """A type without its modifiers."""
    return ty.partition("(")[0]


def refused(what: str) -> Error:
    """What is told of what is not understood: 0A000, and who would understand it."""
    hint = "An engine understands more: install duckdb or datafusion, and give engine= its name."
    return Error("0A000", f"{what} is not supported over plain tables", hint=hint)


def constant(value: Value, param_types: list[str]) -> str | None:
    """The type of a constant; None if it is not known, which takes that of what it is compared with."""
    if isinstance(value, Typed):
        if "(" in value.type or value.type not in COMPARED:
            raise refused(f"a cast to {value.type}")
        return value.type
    if isinstance(value, Parameter):
        return param_types[value.number - 1]
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int4" if -(2**31) <= value < 2**31 else "int8"
    return "numeric" if isinstance(value, decimal.Decimal) else None


def evaluated(value: Value, ty: str, params: list[Any], param_types: list[str]) -> Any:
    """The value of a constant whose type is `ty`."""
    if isinstance(value, Typed):
        known = constant(value.value, param_types)
        inner = evaluated(value.value, known or "text", params, param_types)
        if isinstance(value.value, Parameter) and known == value.type:
            return inner
        return cast(inner, known, value.type)
    if isinstance(value, Parameter):
        return _checked(params[value.number - 1], ty)
    if isinstance(value, str):
        return read(value, ty)
    return value


def _checked(value: Any, ty: str) -> Any:
    # What Python's type cannot hold is a text.
    if isinstance(value, str) and base(ty) not in TEXTS:
        raise refused(f"a parameter of type {ty} beyond Python's range")
    return value


def cast(value: Constant, known: str | None, ty: str) -> Any:
    """A constant as another type; `known` is its own, None for a literal in quotes."""
    if value is None or known == ty:
        return value
    if isinstance(value, str) and (known is None or known in TEXTS):
        return read(value, ty)
    if known in NUMBERS and ty in NUMBERS:
        if ty in _BITS:
            whole = decimal.Decimal(str(value)).to_integral_value(decimal.ROUND_HALF_UP if known == "numeric" else decimal.ROUND_HALF_EVEN)
            return _whole(int(whole), ty)
        return float(str(value)) if ty.startswith("float") else value
    if known == "bool" and ty in TEXTS:
        return "true" if value else "false"
    if known in _BITS and ty in TEXTS:
        return str(value)
    if (known, ty) == ("bool", "int4"):
        return int(bool(value))
    if (known, ty) == ("int4", "bool"):
        return bool(value)
    raise refused(f"a cast of {known} to {ty}")


def _whole(value: int, ty: str) -> int:
    if not -(2 ** _BITS[ty]) <= value < 2 ** _BITS[ty]:
        raise Error("22003", f"{NAMES[ty]} out of range")
    return value


def read(text: str, ty: str) -> Any:
    """A value from its text, as PostgreSQL reads it; dates and times are in ISO 8601."""
    reader = _READERS.get(base(ty))
    if reader is None:
        raise refused(f"a constant of type {ty}")
    try:
        return reader(text)
    except (ValueError, ArithmeticError):
        sqlstate = "22007" if ty in (*MOMENTS, "time") else "22P02"
        name = NAMES.get(base(ty), base(ty))
        raise Error(sqlstate, f'invalid input syntax for type {name}: "{text}"') from None


_DIGITS = r"(0x(_?[0-9a-f])+|0o(_?[0-7])+|0b(_?[01])+|[0-9](_?[0-9])*)"
_INTEGER = re.compile(rf"\s*([+-]?){_DIGITS}\s*", re.I | re.A)
_NUMBER = re.compile(r"\s*[+-]?([0-9](_?[0-9])*(\.([0-9](_?[0-9])*)?)?|\.[0-9](_?[0-9])*)(e[+-]?[0-9](_?[0-9])*)?\s*", re.I | re.A)
_FLOAT = re.compile(r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?\s*", re.I | re.A)
_SPECIAL = re.compile(r"\s*([+-]?(inf|infinity)|nan)\s*", re.I)
_CLOCK = r"\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?"
_DATE = re.compile(r"\s*(\d{4}-\d{1,2}-\d{1,2})\s*", re.A)
_MOMENT = re.compile(rf"\s*(\d{{4}}-\d{{1,2}}-\d{{1,2}})([ T]({_CLOCK}))?\s*(?P<zone>Z|UTC|[+-]\d{{2}}(:?\d{{2}})?)?\s*", re.A)


def _integer(ty: str) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not _INTEGER.fullmatch(text):
            raise ValueError
        digits = text.strip().replace("_", "").lstrip("+-")
        value = int(digits, 0 if digits[1:2].isalpha() else 10)
        value = -value if text.strip().startswith("-") else value
        if not -(2 ** _BITS[ty]) <= value < 2 ** _BITS[ty]:
            raise Error("22003", f'value "{text}" is out of range for type {NAMES[ty]}')
        return value

    return read


def _number(text: str) -> decimal.Decimal:
    if _INTEGER.fullmatch(text):
        digits = text.strip().replace("_", "")
        sign, digits = ("-", digits[1:]) if digits[0] == "-" else ("", digits.lstrip("+"))
        return decimal.Decimal(f"{sign}{int(digits, 0 if digits[1:2].isalpha() else 10)}")
    if not (_NUMBER.fullmatch(text) or _SPECIAL.fullmatch(text)):
        raise ValueError
    return decimal.Decimal(text.strip().replace("_", ""))


def _float(text: str) -> float:
    if not (_FLOAT.fullmatch(text) or _SPECIAL.fullmatch(text)):
        raise ValueError
    value = float(text)
    if value in (float("inf"), float("-inf")) and not _SPECIAL.fullmatch(text):
        raise Error("22003", f'"{text}" is out of range for type double precision')
    return value


def _bool(text: str) -> bool:
    word = text.strip().lower()
    for value, words in ((True, _TRUE), (False, _FALSE)):
        # A beginning will do, where it is that of one word alone.
        if word and word != "o" and any(known.startswith(word) for known in words):
            return value
    raise ValueError


def _day(text: str) -> datetime.date:
    found = _DATE.fullmatch(text) or _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError
    try:
        return datetime.date(*map(int, found[1].split("-")))
    except ValueError:
        raise Error("22008", f'date/time field value out of range: "{text}"') from None


def _moment(is_aware: bool) -> Callable[[str], datetime.datetime]:
    def read(text: str) -> datetime.datetime:
        found = _MOMENT.fullmatch(text)
        if found is None:
            raise ValueError
        clock = _clock(found[3] or "00:00")
        moment = datetime.datetime.combine(_day(text), clock)
        zone = found["zone"]
        if not is_aware or zone is None:
            return moment
        if zone in ("Z", "UTC"):
            return moment.replace(tzinfo=datetime.timezone.utc)
        digits = zone[1:].replace(":", "").ljust(4, "0")
        east = datetime.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        return moment.replace(tzinfo=datetime.timezone(-east if zone[0] == "-" else east))

    return read


def _clock(text: str) -> datetime.time:
    if not re.fullmatch(rf"\s*{_CLOCK}\s*", text, re.A):
        raise ValueError
    hour, minute, *rest = text.strip().split(":")
    second, _, fraction = (rest[0] if rest else "0").partition(".")
    try:
        return datetime.time(int(hour), int(minute), int(second), int(fraction.ljust(6, "0")))
    except ValueError:
        raise Error("22008", f'date/time field value out of range: "{text}"') from None


def _bytes(text: str) -> bytes:
    if not text.startswith("\\x"):
        raise refused("a bytea that is not in hexadecimal digits")
    try:
        return bytes.fromhex(text[2:])
    except ValueError:
        raise Error("22023", "invalid hexadecimal data") from None


_READERS: dict[str, Callable[[str], Any]] = {
    **{ty: _integer(ty) for ty in _BITS},
    **dict.fromkeys(TEXTS, lambda text: text),
    "numeric": _number,
    "float4": _float,
    "float8": _float,
    "bool": _bool,
    "date": _day,
    "timestamp": _moment(False),
    "timestamptz": _moment(True),
    "time": _clock,
    "uuid": uuid.UUID,
    "bytea": _bytes,
}
