"""riffq's catalogs that are asked while they are looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import trunkline
from trunkline.compat.riffq._answer import ask

# How long a source may take for one answer, in seconds.
_PATIENCE = 30.0

_KINDS = ("table", "view", "materialized_view", "matview")
# The types that drivers know, by their numbers in PostgreSQL's pg_type.
_TYPES = {
    16: "bool",
    17: "bytea",
    20: "int8",
    21: "int2",
    23: "int4",
    25: "text",
    114: "json",
    700: "float4",
    701: "float8",
    1042: "bpchar",
    1043: "varchar",
    1082: "date",
    1083: "time",
    1114: "timestamp",
    1184: "timestamptz",
    1186: "interval",
    1266: "timetz",
    1700: "numeric",
    2950: "uuid",
    3802: "jsonb",
}


def lazily(source: Any, database: str) -> trunkline.Catalog:
    """What a source tells of a database; of the first one, if it has none of that name."""
    catalog = trunkline.Catalog()
    names = [known["name"] for known in _asked(source.databases)]
    if database not in names:
        if not names:
            return catalog
        database = names[0]
    for schema in _asked(source.schemas, database):
        catalog.schema(schema["name"])
        for relation in _asked(source.relations, database, schema["name"]):
            kind = relation.get("kind", "table")
            if kind not in _KINDS:
                raise ValueError(f"unknown kind of relation: {kind}")
            columns = _asked(source.columns, database, schema["name"], relation["name"])
            catalog.table(
                relation["name"],
                [(column["name"], _TYPES.get(column["type_oid"], "text")) for column in columns],
                schema=schema["name"],
                not_null=[column["name"] for column in columns if not column["nullable"]],
                view=None if kind == "table" else "",
            )
    return catalog


def _asked(question: Callable[..., Any], *arguments: str) -> list[dict[str, Any]]:
    said = ask(lambda back: question(*arguments, back)).result(_PATIENCE)
    if said is None:
        raise RuntimeError(f"{question.__name__} never called its callback")
    return list(said[0][0])
