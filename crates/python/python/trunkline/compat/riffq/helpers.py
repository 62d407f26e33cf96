"""Rows as Arrow data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def to_arrow(schema_desc: Sequence[dict[str, str]], rows: Sequence[Sequence[Any]]) -> object:
    """A capsule of rows; types are int, float, bool, str, string, date, datetime, and KeyError for others. Needs pyarrow."""
    import pyarrow as pa

    types = {
        "int": pa.int64(),
        "float": pa.float64(),
        "bool": pa.bool_(),
        "str": pa.string(),
        "string": pa.string(),
        "date": pa.date32(),
        "datetime": pa.timestamp("us"),
    }
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [[] for _ in schema_desc]
    arrays = [pa.array(values, types[column["type"]]) for values, column in zip(columns, schema_desc, strict=True)]
    return pa.table(arrays, names=[column["name"] for column in schema_desc]).__arrow_c_stream__()
