"""Conditions over rows, with PostgreSQL's answers: true, false, or None where NULL makes that unknown."""

from __future__ import annotations

import datetime
import decimal
import math
import zoneinfo
from collections.abc import Callable
from typing import Any

from trunkline.errors import Error
from trunkline.sql import Parameter, Term, Value
from trunkline.tables import _like, _values
from trunkline.tables._values import COMPARED, MOMENTS, NAMES, NUMBERS, TEXTS, base, refused

Test = Callable[[Any], bool | None]

_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, two: bool(one == two),
    "<>": lambda one, two: bool(one != two),
    "<": lambda one, two: bool(one < two),
    "<=": lambda one, two: bool(one <= two),
    ">": lambda one, two: bool(one > two),
    ">=": lambda one, two: bool(one >= two),
}
_LIKE = {"LIKE": "~~", "NOT LIKE": "!~~", "ILIKE": "~~*", "NOT ILIKE": "!~~*"}


class Conditions:
    """What conditions are checked with: the values and types of parameters, and the session's time zone."""

    def __init__(self, params: list[Any] | None, types: list[str], zone: str | None) -> None:
        # Without parameters conditions are only checked for what they are.
        self._params = params
        self._types = types
        self._zone = zone

    def test(self, term: Term, ty: str) -> Test:
        """What a value of the term's column, of the type `ty`, is told by it."""
        operator, value = term.operator or "", term.value
        if operator.startswith("IS ") and "DISTINCT" not in operator:
            return self._is(operator.removeprefix("IS "), ty)
        negated = operator.startswith("NOT ")
        if isinstance(value, tuple):
            if operator.endswith("BETWEEN"):
                low, high = (self._compared(sign, one, ty, ()) for sign, one in zip((">=", "<="), value, strict=True))
                return _not(_all(low, high), negated)
            return _not(_any([self._compared("=", one, ty, value) for one in value]), negated)
        if operator in _LIKE:
            return _not(self._like(operator, value, ty), negated)
        if operator == "= ANY":
            return self._any_of(value, ty)
        if "DISTINCT" in operator:
            return self._distinct(value, ty, "NOT" in operator)
        return self._compared(operator, value, ty, ())

    def key(self, ty: str) -> Callable[[Any], Any]:
        """What values of a type are ordered by."""
        return self._key(ty, ty)

    def _is(self, what: str, ty: str) -> Test:
        negated, what = what.startswith("NOT "), what.removeprefix("NOT ")
        if what != "NULL" and ty != "bool":
            raise Error("42804", f"argument of IS {'NOT ' * negated}{what} must be type boolean, not type {NAMES.get(ty, ty)}")
        wanted = {"NULL": None, "UNKNOWN": None, "TRUE": True, "FALSE": False}[what]
        return lambda value: (value is wanted) != negated

    def _compared(self, operator: str, value: Value, ty: str, others: tuple[Value, ...]) -> Test:
        known = _values.constant(value, self._types)
        if known is None:
            # A literal has the type of what it is compared with: in a list, that of all of it.
            numbers = [constant for other in others if (constant := _values.constant(other, self._types)) in NUMBERS]
            known = max([ty, *numbers], key=NUMBERS.index) if ty in NUMBERS else ty
        if _family(known) != _family(ty):
            names = NAMES.get(base(ty), base(ty)), NAMES.get(base(known), base(known))
            raise Error("42883", f"operator does not exist: {names[0]} {operator} {names[1]}")
        if base(ty) not in COMPARED:
            raise refused(f"a comparison of {ty}")
        constant = self._evaluated(value, known)
        if constant is None:
            return lambda value: None
        key, compare = self._key(ty, known), _ORDERED[operator]
        right = self._key(known, ty)(constant)
        return lambda value: None if value is None else compare(key(value), right)

    def _evaluated(self, value: Value, ty: str) -> Any:
        if self._params is None:
            params: list[Any] = [None] * len(self._types)
            return _values.evaluated(value, ty, params, self._types)
        return _values.evaluated(value, ty, self._params, self._types)

    def _distinct(self, value: Value, ty: str, negated: bool) -> Test:
        equal = self._compared("=", value, ty, ())
        known = _values.constant(value, self._types) or ty
        if self._evaluated(value, known) is None:
            return lambda value: (value is not None) != negated
        return lambda value: (not equal(value)) != negated

    def _any_of(self, value: Value, ty: str) -> Test:
        if not isinstance(value, Parameter):
            raise refused("= ANY of anything but a parameter")
        array = self._types[value.number - 1]
        if not array.endswith("[]") or _family(array[:-2]) != _family(ty):
            names = NAMES.get(base(ty), base(ty)), array
            raise Error("42883", f"operator does not exist: {names[0]} = {names[1]}")
        elements = None if self._params is None else self._params[value.number - 1]
        if elements is None:
            return lambda value: None
        key, right = self._key(ty, array[:-2]), self._key(array[:-2], ty)
        known = {right(element) for element in elements if element is not None}
        missed = None if None in elements else False
        empty = False if not elements else None
        return lambda value: empty if value is None else True if key(value) in known else missed

    def _like(self, operator: str, value: Value, ty: str) -> Test:
        known = _values.constant(value, self._types) or "text"
        if ty not in TEXTS or known not in TEXTS:
            names = NAMES.get(base(ty), base(ty)), NAMES.get(known, known)
            raise Error("42883", f"operator does not exist: {names[0]} {_LIKE[operator]} {names[1]}")
        pattern = self._evaluated(value, known)
        if pattern is None:
            return lambda value: None
        fold = _lower if "ILIKE" in operator else str
        matches = _like.matcher(fold(pattern))
        return lambda value: None if value is None else matches(fold(value))

    def _key(self, ty: str, other: str) -> Callable[[Any], Any]:
        """What values of a type are compared by with values of another."""
        ty, other = base(ty), base(other)
        if ty in NUMBERS:
            return _double if "float" in ty + other else _number
        if ty in TEXTS:
            return str
        if ty in MOMENTS:
            return self._instant if "timestamptz" in (ty, other) else _midnight
        if ty in ("bool", "time", "uuid", "bytea"):
            return lambda value: value
        raise refused(f"an order of {ty}")

    def _instant(self, value: Any) -> datetime.datetime:
        moment = _midnight(value)
        if moment.tzinfo is not None:
            return moment
        try:
            return moment.replace(tzinfo=zoneinfo.ZoneInfo(self._zone or "UTC"))
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            raise refused(f"the time zone {self._zone}") from None


def _family(ty: str) -> Any:
    ty = base(ty)
    return next((family for family in (NUMBERS, TEXTS, MOMENTS) if ty in family), ty)


def _number(value: Any) -> tuple[bool, Any]:
    # NaN is greater than any number, and itself.
    is_nan = isinstance(value, decimal.Decimal) and value.is_nan()
    return (is_nan, 0 if is_nan else value)


def _double(value: Any) -> tuple[bool, float]:
    value = float(value)
    return (math.isnan(value), 0.0 if math.isnan(value) else value)


def _midnight(value: Any) -> datetime.datetime:
    if isinstance(value, datetime.datetime):
        return value
    return datetime.datetime(value.year, value.month, value.day)


def _lower(text: str) -> str:
    """The text in lower case, letter by letter."""
    return "".join(lower if len(lower := letter.lower()) == 1 else letter for letter in text)


def _not(test: Test, negated: bool) -> Test:
    if not negated:
        return test
    return lambda value: None if (found := test(value)) is None else not found


def _all(one: Test, two: Test) -> Test:
    def test(value: Any) -> bool | None:
        found = one(value), two(value)
        return False if False in found else None if None in found else True

    return test


def _any(tests: list[Test]) -> Test:
    def test(value: Any) -> bool | None:
        found = [test(value) for test in tests]
        return True if True in found else None if None in found else False

    return test
