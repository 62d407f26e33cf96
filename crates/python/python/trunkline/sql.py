"""A forgiving parser of PostgreSQL's SQL: what a statement is about, and the clauses of a plain one.

``split`` cuts a text into statements exactly as PostgreSQL does. ``parse`` reads one statement and never
complains of what it does not know: that stays text, and the statement is not ``is_simple``.

>>> from trunkline import sql
>>> statement = sql.parse("select name from cities where population > $1")
>>> statement.kind, statement.tables[0].name, statement.is_simple
('select', 'cities', True)
>>> statement.where[0].column.name, statement.where[0].operator, statement.where[0].value
('population', '>', Parameter(number=1))

Names are folded to lower case unless they are quoted, and constants are read as PostgreSQL reads them with
``standard_conforming_strings`` on. To import this module starts no thread, and no server.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from trunkline._sql import parse, quote_identifier, quote_literal, split

__all__ = [
    "Assignment",
    "Column",
    "Constant",
    "Default",
    "Expression",
    "Function",
    "Parameter",
    "Sort",
    "Star",
    "Statement",
    "Table",
    "Target",
    "Term",
    "Typed",
    "Value",
    "parse",
    "quote_identifier",
    "quote_literal",
    "split",
]


@dataclass(frozen=True, slots=True)
class Parameter:
    """``$1``, ``$2``, …: its number, from 1."""

    number: int


@dataclass(frozen=True, slots=True)
class Typed:
    """A value that is cast: ``'2024-01-01'::date``, ``date '2024-01-01'``, ``CAST ('2024-01-01' AS date)``.

    The value is as it is written, not cast. The type's name is PostgreSQL's own (``int4`` for ``integer``,
    ``timestamptz``), folded, with its modifiers as written and ``[]`` behind the name of an array.
    """

    value: Constant
    type: str


@dataclass(frozen=True, slots=True)
class Default:
    """``DEFAULT`` in place of a value, in INSERT and UPDATE."""


@dataclass(frozen=True, slots=True)
class Expression:
    """What is not understood, as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it is named: ``schema.table.name``."""

    name: str
    table: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Star:
    """``*``, or ``table.*``."""

    table: str | None = None


#: int is a number that PostgreSQL reads as int4 or int8, Decimal any other; None is NULL.
Constant: TypeAlias = bool | int | Decimal | str | Parameter | None

Value: TypeAlias = Constant | Typed | Expression


@dataclass(frozen=True, slots=True)
class Target:
    """A column of the answer: an item of the list of SELECT or RETURNING."""

    #: The expression as it is written, without its alias.
    text: str
    expression: Column | Star | Value
    alias: str | None
    #: The name that PostgreSQL gives to the column; None where it cannot be told, and for ``*``.
    name: str | None


@dataclass(frozen=True, slots=True)
class Term:
    """One of the conditions of WHERE that AND joins: ``column operator value``.

    The operator is one of ``= <> < <= > >=``, ``LIKE``, ``ILIKE``, ``IN`` and ``BETWEEN`` (the value is a tuple),
    these four also with ``NOT``, ``= ANY``, ``IS [NOT] NULL``, ``IS [NOT] TRUE``, ``IS [NOT] FALSE``,
    ``IS [NOT] UNKNOWN`` (the value is None) and ``IS [NOT] DISTINCT FROM``. A condition that is not understood,
    such as ``a = 1 OR b = 2``, is only its text.
    """

    text: str
    column: Column | None = None
    operator: str | None = None
    value: Value | tuple[Value, ...] = None
    understood: bool = False


@dataclass(frozen=True, slots=True)
class Sort:
    """An item of ORDER BY: a column, or the position of one in the list, from 1."""

    expression: Column | int | Expression
    descending: bool
    #: As PostgreSQL does where the statement says nothing: NULL is greater than any value.
    nulls_first: bool


@dataclass(frozen=True, slots=True)
class Assignment:
    """``column = value`` behind SET of an UPDATE."""

    column: str
    value: Value | Default


@dataclass(frozen=True, slots=True)
class Table:
    """A table that a statement names, wherever it does."""

    name: str
    schema: str | None = None
    alias: str | None = None
    #: Whether the statement writes to it.
    is_target: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function that a statement calls by its name; what PostgreSQL's grammar knows by key word is none."""

    name: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """What a statement is about, as far as its tokens tell. No guard of security may rest on it.

    The clauses are read of a SELECT, INSERT, UPDATE or DELETE of one table; of others, as far as they are alike.
    """

    #: Without the semicolon.
    text: str
    #: ``empty``, ``select`` (also VALUES and TABLE), ``insert``, ``update``, ``delete``, ``merge``, ``copy``,
    #: ``truncate``, ``explain``, ``call``, ``do``, ``definition`` (CREATE, GRANT, …), ``session`` or ``other``.
    kind: str
    #: The command tag that PostgreSQL would give, without counts; empty if the verb is unknown.
    tag: str
    #: Without the names of WITH queries.
    tables: tuple[Table, ...]
    functions: tuple[Function, ...]
    #: Whether it seems to change nothing. A function may still change anything.
    is_read_only: bool
    #: By its kind and by RETURNING; False where that cannot be told, as for EXECUTE.
    returns_rows: bool
    #: The highest number of its parameters.
    parameters: int
    #: The list of SELECT, or of RETURNING.
    columns: tuple[Target, ...]
    #: The conditions that AND joins.
    where: tuple[Term, ...]
    group_by: tuple[Column | int | Expression, ...]
    order_by: tuple[Sort, ...]
    #: None if there is none, as for ``LIMIT ALL``.
    limit: int | Parameter | Expression | None
    offset: int | Parameter | Expression | None
    #: The columns that an INSERT names; empty if it names none.
    insert_columns: tuple[str, ...]
    #: The rows of an INSERT's VALUES.
    rows: tuple[tuple[Value | Default, ...], ...]
    #: Those of an UPDATE.
    assignments: tuple[Assignment, ...]
    #: The setting that SET or SHOW names.
    name: str | None
    #: What SET gives to it, several in a tuple; None for DEFAULT.
    value: str | tuple[str, ...] | None
    #: Whether all of it was understood, so that the fields tell all that there is: a SELECT, INSERT … VALUES,
    #: UPDATE or DELETE of one table. Whether its columns exist, and what their types are, is not known here.
    is_simple: bool
