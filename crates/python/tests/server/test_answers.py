"""What a handler returns, and what the client gets of it."""

from __future__ import annotations

import datetime
import decimal
import enum
import ipaddress
import logging
import uuid
from collections import OrderedDict, namedtuple

import psycopg
import pytest

import trunkline


class Colour(enum.Enum):
    RED = "red"


Point = namedtuple("Point", "x y")

ROWS = {
    "dicts": lambda: [{"a": 1, "b": "x"}, {"b": None, "a": 2}],
    "missing keys": lambda: [{"a": 1, "b": "x"}, {"a": 2}],
    "ordered dicts": lambda: [OrderedDict(a=1, b="x"), OrderedDict(a=2, b=None)],
    "tuples": lambda: ([(1, "x"), (2, None)], ["a", "b"]),
    "lists": lambda: ([[1, "x"], [2, None]], ("a", "b")),
    "named tuples": lambda: ([Point(1, "x"), Point(2, None)], ["a", "b"]),
    "a generator": lambda: ((row for row in [(1, "x"), (2, None)]), ["a", "b"]),
    "a generator of dicts": lambda: (row for row in [{"a": 1, "b": "x"}, {"a": 2, "b": None}]),
    "typed": lambda: ([(1, "x"), (2, None)], [("a", "bigint"), ("b", "text")]),
    "a result": lambda: trunkline.Result([(1, "x"), (2, None)], ["a", "b"]),
}


@pytest.mark.parametrize("shape", ROWS)
def test_rows_come_in_many_shapes(shape, serve, connect):
    cursor = connect(serve(lambda query: ROWS[shape]())).execute("rows")
    assert cursor.fetchall() == [(1, "x"), (2, None)]
    assert [(column.name, column.type_code) for column in cursor.description] == [("a", 20), ("b", 25)]
    assert cursor.statusmessage == "SELECT 2"


def test_an_empty_result_keeps_its_columns(serve, connect):
    cursor = connect(serve(lambda query: ([], [("a", "int4"), "b"]))).execute("rows")
    assert cursor.fetchall() == []
    assert [(column.name, column.type_code) for column in cursor.description] == [("a", 23), ("b", 25)]


ZONE = datetime.timezone(datetime.timedelta(hours=2))

# Each value with the type that is found for it, and what psycopg makes of that.
INFERRED = [
    (True, "bool", True),
    (7, "int8", 7),
    (2**63, "numeric", decimal.Decimal(2**63)),
    (1.5, "float8", 1.5),
    (decimal.Decimal("1.50"), "numeric", decimal.Decimal("1.50")),
    ("text", "text", "text"),
    (b"\x00\xff", "bytea", b"\x00\xff"),
    (bytearray(b"\x01"), "bytea", b"\x01"),
    (memoryview(b"\x02"), "bytea", b"\x02"),
    (datetime.date(2024, 2, 29), "date", datetime.date(2024, 2, 29)),
    (datetime.date(1, 1, 1), "date", datetime.date(1, 1, 1)),
    (datetime.time(23, 59, 59, 999999), "time", datetime.time(23, 59, 59, 999999)),
    (datetime.time(1, 2, tzinfo=ZONE), "timetz", datetime.time(1, 2, tzinfo=ZONE)),
    (datetime.datetime(2024, 1, 2, 3, 4, 5, 6), "timestamp", datetime.datetime(2024, 1, 2, 3, 4, 5, 6)),
    (datetime.datetime(2024, 1, 2, 3, tzinfo=ZONE), "timestamptz", datetime.datetime(2024, 1, 2, 3, tzinfo=ZONE)),
    (datetime.timedelta(days=-1, seconds=5), "interval", datetime.timedelta(days=-1, seconds=5)),
    (uuid.UUID(int=5), "uuid", uuid.UUID(int=5)),
    (ipaddress.ip_address("10.0.0.1"), "inet", ipaddress.ip_address("10.0.0.1")),
    (ipaddress.ip_interface("10.0.0.1/8"), "inet", ipaddress.ip_interface("10.0.0.1/8")),
    (ipaddress.ip_network("10.0.0.0/8"), "cidr", ipaddress.ip_network("10.0.0.0/8")),
    ({"a": [1, None]}, "jsonb", {"a": [1, None]}),
    ([1, None, 3], "int8[]", [1, None, 3]),
    ([[1, 2], [3, 4]], "int8[]", [[1, 2], [3, 4]]),
    (["a", "b,c"], "text[]", ["a", "b,c"]),
    ([1, 2.5], "float8[]", [1.0, 2.5]),
    ([1, "a"], "jsonb", [1, "a"]),
    ([], "text[]", []),
    (Colour.RED, "text", "red"),
    (None, "text", None),
]


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("value, name, expected", INFERRED)
def test_types_are_inferred(value, name, expected, binary, serve, connect):
    connection = connect(serve(lambda query: [{"v": value}]))
    cursor = connection.cursor(binary=binary).execute("value")
    assert cursor.fetchone() == (expected,)
    info = psycopg.adapters.types[name.removesuffix("[]")]
    assert cursor.description[0].type_code == (info.array_oid if name.endswith("[]") else info.oid)


def test_types_of_a_column_are_those_of_all_its_values(serve, connect):
    rows = [{"n": None, "d": datetime.date(2024, 1, 1)}, {"n": 1, "d": datetime.datetime(2024, 1, 1, 5)}]
    rows.append({"n": decimal.Decimal("2.5"), "d": None})
    cursor = connect(serve(lambda query: rows)).execute("rows")
    assert [column.type_code for column in cursor.description] == [1700, 1114]
    assert cursor.fetchall()[1] == (1, datetime.datetime(2024, 1, 1, 5))


@pytest.mark.parametrize(
    "answer, tag",
    [("INSERT 0 5", "INSERT 0 5"), ("CREATE TABLE", "CREATE TABLE"), (trunkline.Result(None, tag="MINE 3"), "MINE 3")],
)
def test_a_tag_goes_as_it_is(answer, tag, serve, connect):
    assert connect(serve(lambda query: answer)).execute("insert into t values (1)").statusmessage == tag


def test_none_is_the_statement_done(serve, connect):
    connection = connect(serve(lambda query: None))
    assert connection.execute("create table t (a int)").statusmessage == "CREATE TABLE"
    assert connection.execute("update t set a = 1").statusmessage == "UPDATE 0"
    assert connection.execute("pragma x").statusmessage == "OK"
    with pytest.raises(psycopg.errors.InternalError_, match="returned None"):
        connection.execute("select 1 as one from t")


WRONG = {
    "an int": (lambda: 5, "returned <class 'int'>"),
    "a dict": (lambda: {"a": 1}, "returned <class 'dict'>"),
    "text in rows": (lambda: ["abc"], "do not name their columns"),
    "text rows": (lambda: (["abc"], ["a"]), "not <class 'str'>"),
    "rows without columns": (lambda: [(1, 2)], "do not name their columns"),
    "nothing at all": (lambda: [], "rows without columns"),
    "too few values": (lambda: ([(1, 2), (1,)], ["a", "b"]), "a row has 1 values"),
    "another column": (lambda: [{"a": 1}, {"a": 1, "c": 2}], 'a column "c"'),
    "mixed": (lambda: [{"a": 1}, {"a": "x"}], 'column "a" has a value of <class \'str\'>'),
    "no type": (lambda: [{"a": object()}], "give the column a type"),
    "unknown type": (lambda: ([(1,)], [("a", "nope")]), 'type "nope" does not exist'),
    "a triple": (lambda: (1, 2, 3), "(rows, columns)"),
    "ragged": (lambda: ([([[1], [2, 3]],)], [("a", "int[]")]), "of one length"),
    "an exception": (lambda: 1 / 0, "ZeroDivisionError: division by zero"),
    "SystemExit": (lambda: exit(3), "SystemExit"),
    "recursion": (lambda: (lambda f: f(f))(lambda f: f(f)), "RecursionError"),
}


@pytest.mark.parametrize("how", WRONG)
def test_a_wrong_answer_is_an_error_and_is_logged(how, serve, connect, caplog):
    make, message = WRONG[how]
    connection = connect(serve(lambda query: [{"fine": 1}] if query.sql == "fine" else make()))
    with caplog.at_level(logging.ERROR, "trunkline"), pytest.raises(psycopg.Error) as told:
        connection.execute("wrong")
    assert told.value.sqlstate == "XX000" and message in str(told.value)
    assert caplog.records
    assert connection.execute("fine").fetchone() == (1,)


def test_what_fails_after_rows_is_an_error_too(serve, connect):
    def rows():
        for number in range(5000):
            yield (number,)
        raise trunkline.Error("22012", "division by zero", detail="late")

    connection = connect(serve(lambda query: (rows(), ["n"])))
    with pytest.raises(psycopg.errors.DivisionByZero) as told:
        connection.execute("rows")
    assert told.value.diag.message_detail == "late"


def test_a_value_that_does_not_fit_its_column_says_so(serve, connect):
    connection = connect(serve(lambda query: ([(1,), (40000,)], [("n", "int2")])))
    with pytest.raises(psycopg.errors.InternalError_, match='column "n", of type smallint, a wrong value: smallint out of range'):
        connection.execute("rows")


def test_errors_have_all_fields_and_a_class_each(serve, connect):
    error = trunkline.Error(
        "42P01", "no such table", detail="d", hint="h", position=3, fields={"t": "name", "s": "schema"}
    )
    assert type(error) is trunkline.errors.SyntaxErrorOrAccessRuleViolation

    def handler(query):
        raise error

    with pytest.raises(psycopg.errors.UndefinedTable) as told:
        connect(serve(handler)).execute("select")
    diag = told.value.diag
    assert (diag.message_primary, diag.message_detail, diag.message_hint) == ("no such table", "d", "h")
    assert (diag.statement_position, diag.table_name, diag.schema_name) == ("3", "name", "schema")
    assert diag.severity == "ERROR"


def test_a_fatal_error_ends_the_connection(serve, connect):
    def handler(query):
        raise trunkline.Error("57P01", "go away", fatal=True)

    connection = connect(serve(handler))
    with pytest.raises(psycopg.errors.AdminShutdown):
        connection.execute("x")
    assert connection.closed


def test_paths_are_not_told(serve, connect):
    def handler(query):
        if query.sql == "file":
            open("/srv/secret/place.txt")
        raise ValueError("cannot read /srv/secret/place.txt at all")

    connection = connect(serve(handler))
    for sql in ("file", "text"):
        with pytest.raises(psycopg.errors.InternalError_) as told:
            connection.execute(sql)
        assert "/srv" not in str(told.value)


@pytest.mark.parametrize("sqlstate", ["", "42p01", "4200", "420000", "42 01", "ÄÄÄÄÄ"])
def test_a_sqlstate_is_checked(sqlstate):
    with pytest.raises(ValueError):
        trunkline.Error(sqlstate, "x")


def test_errors_of_drivers_go_on_to_the_client(serve, connect):
    def inner(query):
        raise trunkline.Error("23505", "twice", detail="d", fields={"n": "key"})

    upstream = connect(serve(inner))
    connection = connect(serve(lambda query: upstream.execute(query.sql).fetchall()))
    with pytest.raises(psycopg.errors.UniqueViolation) as told:
        connection.execute("x")
    assert (told.value.diag.message_detail, told.value.diag.constraint_name) == ("d", "key")


def test_notices_come_before_the_answer(serve, connect):
    def handler(query):
        query.connection.notice("careful", severity="WARNING", hint="slowly")
        return "DONE"

    connection = connect(serve(handler))
    heard = []
    connection.add_notice_handler(lambda diag: heard.append((diag.severity, diag.message_primary, diag.message_hint)))
    connection.execute("x")
    assert heard == [("WARNING", "careful", "slowly")]
