"""Arrow's types and PostgreSQL's, for engines that take Arrow data; needs pyarrow."""

from __future__ import annotations

import decimal
import json
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from trunkline.errors import Error
from trunkline.tables._sources import Rows

# By what pyarrow calls them, without what is in parentheses or brackets.
_NAMES = {
    "null": "text",
    "bool": "bool",
    **dict.fromkeys(("int8", "int16", "uint8"), "int2"),
    **dict.fromkeys(("int32", "uint16"), "int4"),
    **dict.fromkeys(("int64", "uint32"), "int8"),
    "uint64": "numeric(20,0)",
    **dict.fromkeys(("halffloat", "float"), "float4"),
    "double": "float8",
    **dict.fromkeys(("string", "large_string", "string_view"), "text"),
    **dict.fromkeys(("binary", "large_binary", "binary_view", "fixed_size_binary"), "bytea"),
    **dict.fromkeys(("date32", "date64"), "date"),
    **dict.fromkeys(("time32", "time64"), "time"),
    **dict.fromkeys(("duration", "month_day_nano_interval"), "interval"),
}


def type_of(ty: Any) -> str:
    """What PostgreSQL calls a type of Arrow's."""
    if pa.types.is_dictionary(ty) or pa.types.is_run_end_encoded(ty):
        return type_of(ty.value_type)
    if pa.types.is_decimal(ty):
        return f"numeric({ty.precision},{ty.scale})"
    if pa.types.is_timestamp(ty):
        return "timestamp" if ty.tz is None else "timestamptz"
    name = str(ty).partition("[")[0].partition("(")[0]
    if name in _NAMES:
        return _NAMES[name]
    is_list = pa.types.is_list(ty) or pa.types.is_large_list(ty) or pa.types.is_fixed_size_list(ty)
    element = type_of(ty.value_type) if is_list else "jsonb"
    return f"{element}[]" if element != "jsonb" and not element.endswith("[]") else "jsonb"


_TYPES = {
    "bool": pa.bool_(),
    "int2": pa.int16(),
    "int4": pa.int32(),
    "int8": pa.int64(),
    "float4": pa.float32(),
    "float8": pa.float64(),
    "bytea": pa.binary(),
    "date": pa.date32(),
    "time": pa.time64("us"),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", "UTC"),
    "interval": pa.duration("us"),
}


def table(columns: Iterable[tuple[str, str]], data: Rows) -> Any:
    """Rows as a table of Arrow's, with columns of PostgreSQL's types; what Arrow does not have is text."""
    columns = list(columns)
    arrays = [_array([row[place] for row in data.rows], ty) for place, (_, ty) in enumerate(columns)]
    return pa.Table.from_arrays(arrays, names=[name for name, _ in columns])


def _array(values: list[Any], ty: str) -> Any:
    name = ty.partition("(")[0]
    if name == "numeric":
        if all(value is None for value in values):
            return pa.array(values, pa.decimal128(38, 0))
        try:
            return pa.array([None if value is None else decimal.Decimal(value) for value in values])
        except pa.ArrowInvalid as raised:
            raise Error("22003", "numbers of more than 76 digits are too long for Arrow") from raised
    if ty.endswith("[]"):
        element = _TYPES.get(ty[:-2], pa.string())
        texts = [value if element != pa.string() or value is None else list(map(_text, value)) for value in values]
        return pa.array(texts, pa.list_(element))
    if name in _TYPES:
        return pa.array(values, _TYPES[name])
    return pa.array([_text(value) for value in values], pa.string())


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, default=str) if isinstance(value, (dict, list, tuple)) else str(value)
