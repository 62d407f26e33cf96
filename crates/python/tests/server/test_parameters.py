"""Parameters: what a handler gets of them, in both formats, and that nothing is lost on the way back."""

from __future__ import annotations

import datetime
import decimal
import ipaddress
import uuid

import psycopg
import pytest
from psycopg.pq import ExecStatus

# A type, what PostgreSQL reads as a value of it, and what the handler is to get.
VALUES = [
    ("bool", "t", True),
    ("int2", "-32768", -32768),
    ("int4", "2147483647", 2147483647),
    ("int8", "-9223372036854775808", -(2**63)),
    ("oid", "4294967295", 4294967295),
    ("float4", "1.5", 1.5),
    ("float8", "-0", -0.0),
    ("float8", "Infinity", float("inf")),
    ("numeric", "1.500", decimal.Decimal("1.500")),
    ("numeric", "-1e-20", decimal.Decimal("-1e-20")),
    ("numeric", "Infinity", decimal.Decimal("Infinity")),
    ("text", "ä\n'", "ä\n'"),
    ("varchar", "", ""),
    ("bpchar", "ab  ", "ab  "),
    ("name", "n", "n"),
    ("char", "c", "c"),
    ("bytea", "\\x00ff", b"\x00\xff"),
    ("date", "2024-02-29", datetime.date(2024, 2, 29)),
    ("date", "infinity", "infinity"),
    ("date", "0044-03-15 BC", "0044-03-15 BC"),
    ("date", "9999-12-31", datetime.date.max),
    ("date", "10000-01-01", "10000-01-01"),
    ("time", "23:59:59.999999", datetime.time.max),
    ("time", "24:00:00", "24:00:00"),
    ("timetz", "01:02:03+05:30", datetime.time(1, 2, 3, tzinfo=datetime.timezone(datetime.timedelta(minutes=330)))),
    ("timestamp", "2024-01-02 03:04:05.000006", datetime.datetime(2024, 1, 2, 3, 4, 5, 6)),
    ("timestamp", "-infinity", "-infinity"),
    ("timestamptz", "2024-01-02 03:04:05+02", datetime.datetime(2024, 1, 2, 1, 4, 5, tzinfo=datetime.timezone.utc)),
    ("interval", "-1 day 2 seconds", datetime.timedelta(days=-1, seconds=2)),
    ("interval", "1 mon", "1 mon"),
    ("uuid", "00000000-0000-0000-0000-000000000005", uuid.UUID(int=5)),
    ("json", '{"a": [1, null]}', {"a": [1, None]}),
    ("jsonb", "[1.5, true]", [1.5, True]),
    ("inet", "10.0.0.1", ipaddress.ip_address("10.0.0.1")),
    ("inet", "10.0.0.1/8", ipaddress.ip_interface("10.0.0.1/8")),
    ("inet", "::1", ipaddress.ip_address("::1")),
    ("cidr", "10.0.0.0/8", ipaddress.ip_network("10.0.0.0/8")),
    ("macaddr", "08:00:2b:01:02:03", "08:00:2b:01:02:03"),
    ("macaddr8", "08:00:2b:01:02:03:04:05", "08:00:2b:01:02:03:04:05"),
    ("bit", "101", "101"),
    ("varbit", "1", "1"),
    ("money", "$1.50", "$1.50"),
    ("point", "(1,2)", "(1,2)"),
    ("box", "(3,4),(1,2)", "(3,4),(1,2)"),
    ("int4range", "[1,5)", "[1,5)"),
    ("tstzrange", "empty", "empty"),
    ("int8multirange", "{[1,3),[5,7)}", "{[1,3),[5,7)}"),
    ("tsvector", "'a':1 'b'", "'a':1 'b'"),
    ("tsquery", "'a' & 'b'", "'a' & 'b'"),
    ("pg_lsn", "16/B374D848", "16/B374D848"),
    ("xid8", "5", 5),
    ("jsonpath", '$."a"', '$."a"'),
    ("_int4", "{1,NULL,3}", [1, None, 3]),
    ("_int4", "{{1,2},{3,4}}", [[1, 2], [3, 4]]),
    ("_text", '{a,"b,c",NULL}', ["a", "b,c", None]),
    ("_text", "{}", []),
    ("_bool", "{t,f}", [True, False]),
    ("_date", "{2024-01-01}", [datetime.date(2024, 1, 1)]),
    ("_numeric", "{1.50}", [decimal.Decimal("1.50")]),
    ("_uuid", "{00000000-0000-0000-0000-000000000005}", [uuid.UUID(int=5)]),
    ("_jsonb", '{"{\\"a\\": 1}"}', [{"a": 1}]),
]


def ask(connection, oid, value, sent, wanted):
    """What `select $1` of a typed value answers, in the formats wanted, as bytes."""
    result = connection.pgconn.exec_params(
        b"select $1", [value], param_types=[oid], param_formats=[sent], result_format=wanted
    )
    assert result.status == ExecStatus.TUPLES_OK, result.error_message
    return result.ftype(0), result.get_value(0, 0)


@pytest.fixture(scope="module")
def oids(postgres):
    return dict(postgres.execute("select typname, oid::int8 from pg_type where typnamespace = 11").fetchall())


@pytest.mark.parametrize("name, text, expected", VALUES, ids=[f"{name} {text}" for name, text, _ in VALUES])
def test_a_value_comes_and_goes_as_postgresql_has_it(name, text, expected, postgres, oids, serve, connect):
    asked = []

    def handler(query):
        asked.append(query.params[0])
        return [(query.params[0],)], [("v", query.param_types[0])]

    ours, oid = connect(serve(handler)), oids[name]
    binary = ask(postgres, oid, text.encode(), 0, 1)[1]
    for sent, value in ((0, text.encode()), (1, binary)):
        for wanted in (0, 1):
            assert ask(ours, oid, value, sent, wanted) == ask(postgres, oid, value, sent, wanted)
    assert all(type(value) is type(expected) for value in asked)
    assert all(repr(value) == repr(expected) for value in asked)
    assert ours.pgconn.exec_params(b"x", [None], param_types=[oid]).get_value(0, 0) is None


def test_a_type_that_nobody_declared_is_what_the_text_says(serve, connect):
    connection = connect(serve(lambda query: ([(repr(query.params), str(query.param_types))], ["p", "t"])))
    sql = b"select $1::int, cast($2 as numeric(5,2)), $3 from t where x = $4::text[] limit $5 offset $6"
    values = [b"1", b"2.5", b"three", b"{four}", b"5", b"6"]
    result = connection.pgconn.exec_params(sql, values)
    assert result.get_value(0, 0) == b"[1, Decimal('2.5'), 'three', ['four'], 5, 6]"
    described = connection.pgconn
    assert described.prepare(b"s", sql).status == ExecStatus.COMMAND_OK


WRONG = [(23, b"x", 0), (23, b"\x00", 1), (23, b"99999999999", 0), (25, b"\xff", 0), (1082, b"2024-02-30", 0), (114, b"{", 0)]


@pytest.mark.parametrize("oid, value, sent", WRONG)
def test_wrong_values_are_refused_as_by_postgresql_before_the_handler_hears(oid, value, sent, postgres, serve, connect):
    asked = []

    def refused(connection):
        result = connection.pgconn.exec_params(b"select $1", [value], param_types=[oid], param_formats=[sent])
        return result.error_field(psycopg.pq.DiagnosticField.SQLSTATE)

    assert refused(connect(serve(asked.append))) == refused(postgres) is not None
    assert asked == []


def test_no_parameter_is_ever_part_of_the_text(serve, connect):
    connection = connect(serve(lambda query: [{"sql": query.sql, "p": query.params[0]}]))
    hostile = "'; drop table t; --"
    assert connection.execute("select %s", (hostile,)).fetchone() == ("select $1", hostile)
    assert connection.execute("select 'AbC', %s", ("x",)).fetchone() == ("select 'AbC', $1", "x")
