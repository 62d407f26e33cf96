"""DuckDB, served as PostgreSQL: ``python -m trunkline duckdb FILE``.

Needs the package ``duckdb``, version 2. Rows go from DuckDB to the client as Arrow data, without another package.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from typing import Any

import duckdb

from trunkline._trunkline import Catalog, Connection, Query
from trunkline.errors import Error

_STATEMENT = duckdb.StatementType
# What PostgreSQL calls what DuckDB has done.
_TAGS = {_STATEMENT.INSERT: "INSERT 0 {}", _STATEMENT.UPDATE: "UPDATE {}", _STATEMENT.DELETE: "DELETE {}"}
_QUERIES = (_STATEMENT.SELECT, _STATEMENT.EXPLAIN, _STATEMENT.PRAGMA, _STATEMENT.CALL)
# Beside these nothing changes what there is to see.
_HARMLESS = (*_QUERIES, *_TAGS, _STATEMENT.SET)

# DuckDB's errors by what they are about; the first that fits.
_SQLSTATES: tuple[tuple[type[BaseException], str], ...] = (
    (duckdb.ParserException, "42601"),
    (duckdb.CatalogException, "42P01"),
    (duckdb.BinderException, "42703"),
    (duckdb.ConversionException, "22P02"),
    (duckdb.OutOfRangeException, "22003"),
    (duckdb.ConstraintException, "23000"),
    (duckdb.InterruptException, "57014"),
    (duckdb.TransactionException, "25000"),
    (duckdb.PermissionException, "42501"),
    (duckdb.NotImplementedException, "0A000"),
    (duckdb.OutOfMemoryException, "53200"),
    (duckdb.InvalidInputException, "22023"),
    (duckdb.IOException, "58030"),
)


class DuckDB:
    """A DuckDB database as a handler: ``trunkline.Server(db)``.

    Each connection has a cursor of its own, and so its own transactions and temporary tables. ``init`` are statements
    that run once at the start. Clients may do what DuckDB may: give ``config={"enable_external_access": "false"}`` to
    keep them from files beside the database. What cannot be opened or run is an `Error`.
    """

    def __init__(
        self,
        database: str | os.PathLike[str] = ":memory:",
        *,
        read_only: bool = False,
        init: Iterable[str] = (),
        config: dict[str, Any] | None = None,
    ) -> None:
        self._lock = threading.Lock()
        self.catalog = Catalog()
        try:
            self._db = duckdb.connect(os.fspath(database), read_only=read_only, config=config or {})
            for sql in init:
                self._db.execute(sql)
        except duckdb.Error as raised:
            raise error(raised) from raised
        self.refresh()

    def open(self, connection: Connection) -> _Session:
        """What answers one connection."""
        with self._lock:
            return _Session(self, self._db.cursor())

    def refresh(self) -> None:
        """Looks anew at what there is to see; definitions that come through the server are seen at once."""
        with self._lock:
            cursor = self._db.cursor()
        try:
            self.catalog.replace(_catalog(cursor))
        finally:
            cursor.close()


class _Session:
    def __init__(self, owner: DuckDB, cursor: duckdb.DuckDBPyConnection) -> None:
        self._owner = owner
        self._cursor = cursor
        self._in_transaction = False

    def query(self, query: Query) -> Any:
        query.on_cancel(self._cursor.interrupt)
        try:
            kind = self._kind(query.sql)
            if kind is _STATEMENT.SELECT:
                relation = self._select(query)
                return Rows(relation.materialize() if self._in_transaction else relation)
            done = self._cursor.execute(query.sql, query.params or None)
            names = [column[0] for column in done.description or ()]
            rows = done.fetchall() if names else []
            if kind not in _HARMLESS:
                self._owner.refresh()
                return None
            if kind in _TAGS and names == ["Count"]:
                return _TAGS[kind].format(rows[0][0] if rows else 0)
            return (rows, names) if names else None
        except duckdb.Error as raised:
            raise error(raised) from raised

    def describe(self, query: Query) -> Any:
        try:
            kind = self._kind(query.sql)
            if kind is not _STATEMENT.SELECT:
                return NotImplemented if kind in (*_QUERIES, *_TAGS) else None
            return described(self._owner._db.cursor(), query.sql, query.param_types)
        except duckdb.Error:
            # What it may be without its parameters DuckDB cannot tell.
            return NotImplemented

    def transaction(self, what: str) -> None:
        try:
            self._cursor.execute(what)
        except duckdb.Error as raised:
            raise error(raised) from raised
        self._in_transaction = what == "begin"

    def disconnect(self, connection: Connection) -> None:
        self._cursor.close()

    def _kind(self, sql: str) -> duckdb.StatementType:
        return kind(self._cursor, sql)

    def _select(self, query: Query) -> Any:
        params = query.params or None
        try:
            return self._cursor.sql(query.sql, params=params)
        except duckdb.ResourceInUseException:
            if self._in_transaction:
                raise
            # A result that is read in parts is still open.
            return self._owner._db.cursor().sql(query.sql, params=params)


def kind(cursor: duckdb.DuckDBPyConnection, sql: str) -> duckdb.StatementType:
    """What a statement does; 42601 for more than one."""
    statements = cursor.extract_statements(sql)
    if len(statements) != 1:
        raise Error("42601", "cannot insert multiple commands into a prepared statement")
    return statements[0].type


# Values of types that a statement is described with: DuckDB does not know NULLs of a type.
_SAMPLES = {
    **dict.fromkeys(("int2", "int4", "int8", "float4", "float8", "numeric"), "0"),
    **dict.fromkeys(("date", "timestamp", "timestamptz"), "2000-01-01"),
    **{"bool": "false", "text": "", "varchar": "", "bytea": "", "time": "00:00", "interval": "0 days"},
    "uuid": "00000000-0000-0000-0000-000000000000",
}


def described(cursor: duckdb.DuckDBPyConnection, sql: str, types: list[str]) -> Any:
    """The columns of a query with parameters of PostgreSQL's types, which does not run."""
    params = [duckdb.Value(_SAMPLES[ty], duckdb.type(ty)) if ty in _SAMPLES else None for ty in types]
    relation = cursor.sql(f"select * from ({sql.rstrip().rstrip(';')}\n) limit 0", params=params or None)
    found = [str(ty) for ty in relation.types]
    if "JSON" not in found or any("UUID" in ty or "][" in ty for ty in found):
        return relation
    # Arrow's columns do not tell JSON from text; all others they tell best.
    return columns(zip(relation.columns, found, strict=True))


def columns(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Columns of DuckDB's types by PostgreSQL's; what is none of those is sent as text, or as Arrow says."""
    types = [(name, type_of(ty)) for name, ty in found]
    return [(name, ty if is_known(ty) else "text") for name, ty in types]


class Rows:
    """A relation, which runs when its rows are asked for: what is wrong then is told as at any other time."""

    def __init__(self, relation: duckdb.DuckDBPyRelation) -> None:
        self._relation = relation

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        try:
            return self._relation.__arrow_c_stream__(requested_schema)
        except duckdb.Error as raised:
            raise error(raised) from raised


def error(raised: duckdb.Error) -> Error:
    """What the client is told of an error of DuckDB's."""
    sqlstate = next((code for kind, code in _SQLSTATES if isinstance(raised, kind)), "XX000")
    message, _, rest = str(raised).partition("\n")
    if sqlstate == "23000":
        for words, code in (("NOT NULL", "23502"), ("Duplicate key", "23505"), ("foreign key", "23503"), ("CHECK", "23514")):
            if words.lower() in message.lower():
                sqlstate = code
    hint = next((line for line in rest.splitlines() if line.startswith("Did you mean")), None)
    return Error(sqlstate, message.partition(": ")[2] or message, hint=hint)


_TABLES = """
select schema_name, table_name, comment, estimated_size, null from duckdb_tables() where not internal and database_name = current_database()
union all
select schema_name, view_name, comment, null, sql from duckdb_views() where not internal and database_name = current_database()
"""
_COLUMNS = """
select schema_name, table_name, column_name, data_type, is_nullable, comment, numeric_precision, numeric_scale
from duckdb_columns() where not internal and database_name = current_database() order by table_oid, column_index
"""
_KEYS = """
select schema_name, table_name, constraint_type, constraint_column_names, referenced_table, referenced_column_names
from duckdb_constraints() where database_name = current_database()
and constraint_type in ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY')
"""
# What is not called the same in PostgreSQL, as DuckDB prints it.
_TYPES = {
    "TINYINT": "int2",
    "UTINYINT": "int2",
    "USMALLINT": "int4",
    "UINTEGER": "int8",
    "UBIGINT": "numeric(20,0)",
    "HUGEINT": "numeric(38,0)",
    "UHUGEINT": "numeric(39,0)",
    "FLOAT": "float4",
    "DOUBLE": "float8",
    "BLOB": "bytea",
    "DATETIME": "timestamp",
    "TIMESTAMP_S": "timestamp",
    "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP_NS": "timestamp",
    "VARCHAR": "text",
    "JSON": "json",
    "BIT": "text",
}


def type_of(name: str) -> str:
    """What PostgreSQL calls a type of DuckDB's, if it calls it something."""
    if name.endswith("]"):
        element = type_of(name[: name.rindex("[")])
        return "jsonb" if element.startswith("json") else element.removesuffix("[]") + "[]"
    if name in _TYPES:
        return _TYPES[name]
    if name.startswith(("STRUCT", "MAP", "UNION")):
        return "jsonb"
    return "text" if name.startswith("ENUM") else name


def _catalog(cursor: duckdb.DuckDBPyConnection) -> Catalog:
    catalog = Catalog()
    # DuckDB's main schema is that of tables without one, as public is.
    shown = {"main": "public"}
    columns: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for schema, table, *column in cursor.execute(_COLUMNS).fetchall():
        columns.setdefault((schema, table), []).append(tuple(column))
    keys: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for schema, table, *key in cursor.execute(_KEYS).fetchall():
        keys.setdefault((schema, table), []).append(tuple(key))
    for schema, table, comment, rows, view in cursor.execute(_TABLES).fetchall():
        known = columns.get((schema, table), [])
        of = {kind: [key for key in keys.get((schema, table), []) if key[0] == kind] for kind in ("PRIMARY KEY", "UNIQUE", "FOREIGN KEY")}
        named = [(name, type_of(data_type)) for name, data_type, *_ in known]
        options: dict[str, Any] = {
            "schema": shown.get(schema, schema),
            "not_null": [name for name, _, is_nullable, *_ in known if not is_nullable],
            "primary_key": of["PRIMARY KEY"][0][1] if of["PRIMARY KEY"] else [],
            "unique": [key[1] for key in of["UNIQUE"]],
            "foreign_keys": [(key[1], shown.get(schema, schema), key[2], key[3]) for key in of["FOREIGN KEY"]],
            "comment": comment,
            "comments": {name: text for name, _, _, text, *_ in known if text},
            "rows": rows,
            "view": "" if view else None,
        }
        try:
            catalog.table(table, named, **options)
        except ValueError:
            # A type of DuckDB's that is none of PostgreSQL's: its values are sent as text, or as Arrow says.
            catalog.table(table, [(name, ty if is_known(ty) else "text") for name, ty in named], **options)
    return catalog


def is_known(ty: str) -> bool:
    """Whether PostgreSQL has a type of this name."""
    try:
        Catalog().table("t", [("c", ty)])
    except ValueError:
        return False
    return True
