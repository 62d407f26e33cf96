"""SELECT in its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from trunkline import sql as _sql
from trunkline.compat.postgres_proto.sql.tokenizer import (
    lexemes,
    minify_sql,
    split_sql,
    tokenize,
    tokenize_comma_separated_list,
    tokenize_where_expr,
    unquoted,
)


class SelectColumnExpr(NamedTuple):
    """What is selected: a name or the text of an expression, in small letters if it is not quoted, and its alias."""

    name: str
    alias: str | None = None


class FromTableExpr(NamedTuple):
    """A table behind FROM; what is joined to it, and a query in its place, are texts."""

    name: str
    schema: str | None = None
    alias: str | None = None
    joins: str | None = None
    subquery: str | None = None


class SelectStmt(NamedTuple):
    """A SELECT; the clauses behind FROM are texts, None if they are not there."""

    columns: list[SelectColumnExpr]
    cols_aliases: dict[str, str] = {}
    tables: list[FromTableExpr] = []
    where: str | None = None
    group_by: str | None = None
    order_by: str | None = None
    limit: str | None = None
    offset: str | None = None


def parse_sql(sql: str, stmt_type_delimiters: Mapping[str, Sequence[str]] | None = None) -> tuple[str, Any]:
    """The type of a statement, and what it says: a `SelectStmt`, or the texts of its clauses by their names.

    Raises SyntaxError for other types than those of the delimiters, and for a SELECT that has a clause twice.
    """
    stmt_type, parts = split_sql(sql, stmt_type_delimiters)
    return stmt_type, _select(parts) if stmt_type == "SELECT" else parts


def _select(parts: dict[str, Any]) -> SelectStmt:
    for name, text in parts.items():
        if not isinstance(text, str):
            raise SyntaxError(f"{name} is there more than once")
    columns = list(parse_select_cols(parts.pop("SELECT")))
    tables = list(parse_from_tables(parts.pop("FROM", "")))
    clauses = {name.replace(" ", "_").lower(): text for name, text in parts.items()}
    aliases = {column.name: column.alias for column in columns if column.alias}
    return SelectStmt(columns, aliases, tables, **{name: text for name, text in clauses.items() if name in _CLAUSES})


_CLAUSES = ("where", "group_by", "order_by", "limit", "offset")


def parse_select_cols(sql: str) -> Iterator[SelectColumnExpr]:
    """The columns of a list behind SELECT."""
    if sql.split(None, 1)[:1] and sql.split(None, 1)[0].upper() == "DISTINCT":
        raise SyntaxError("DISTINCT is not supported")
    for item, _ in tokenize_comma_separated_list(sql):
        targets = _sql.parse(f"select {item}").columns
        if len(targets) != 1:
            raise SyntaxError(f"unhandled column: {item}")
        target = targets[0]
        alias = target.alias
        if isinstance(target.expression, _sql.Column):
            column = target.expression
            name = ".".join(part for part in (column.schema, column.table, column.name) if part)
            if alias is None and column.table:
                alias = column.name
        else:
            name = _lower(target.text)
            if alias is None and "(" in name:
                alias = name.split("(", 1)[0].strip() or None
        yield SelectColumnExpr(name, alias)


def parse_from_tables(sql: str) -> Iterator[FromTableExpr]:
    """The tables of a list behind FROM."""
    for item, _ in tokenize_comma_separated_list(sql):
        item, joins = _without_joins(item)
        words = [token for token, _ in tokenize(item, split_delimiters=(" ",))]
        name, alias = words[0], unquoted(words[-1]) if len(words) > 1 else None
        if name.startswith("("):
            yield FromTableExpr(alias or "", None, alias, joins, name[1:-1].strip())
            continue
        tables = _sql.parse(f"select from {name}").tables
        if len(tables) != 1 or len(words) > 3:
            raise SyntaxError(f"unhandled table: {item}")
        yield FromTableExpr(tables[0].name, tables[0].schema, alias, joins)


_JOINS = ("JOIN", "NATURAL", "CROSS", "INNER", "LEFT", "RIGHT", "FULL")


def _without_joins(item: str) -> tuple[str, str | None]:
    depth = 0
    for kind, text, place in lexemes(item):
        depth += {"(": 1, ")": -1}.get(text, 0)
        if depth == 0 and kind == "word" and text.upper() in _JOINS:
            return item[:place].strip(), item[place:]
    return item, None


def _lower(text: str) -> str:
    """In small letters, but for strings and quoted names."""
    return "".join(part if kind in ("string", "quoted") else part.lower() for kind, part, _ in lexemes(text))


def extract_value_from_where_comparison(where_cond: str, col: str) -> str | None:
    """What a column is compared with, None if it is not; a SyntaxError for what is no comparison before it."""
    for left, _, right in tokenize_where_expr(where_cond):
        if left == col:
            return right
    return None


def parse_sql_func(sql: str) -> tuple[str, list[str]]:
    """The name of a function that is called, and its arguments; a ValueError for what is no call."""
    text = minify_sql(sql)
    opening = text.index("(")
    arguments, end = tokenize(text, opening + 1, (",",), in_group=")")
    if text[end:].strip():
        raise ValueError(f"this is more than a call: {text}")
    return text[:opening].strip(), [argument for argument, _ in arguments]
