"""Arrow data as answers: what every type becomes, and that batches are sent when they are there."""

from __future__ import annotations

import datetime
import decimal
import threading

import numpy
import pandas
import polars
import psycopg
import pyarrow as pa
import pytest

import trunkline

UTC = datetime.timezone.utc
NOON = datetime.datetime(2024, 2, 29, 12, 0, 0, 5)

# Values of an Arrow type, and what a client gets of them, as which type.
ARRAYS = [
    (pa.bool_(), [True, None], "bool", None),
    (pa.int8(), [-128, None], "int2", None),
    (pa.int16(), [-32768, None], "int2", None),
    (pa.int32(), [2**31 - 1, None], "int4", None),
    (pa.int64(), [-(2**63), None], "int8", None),
    (pa.uint8(), [255, None], "int2", None),
    (pa.uint16(), [65535, None], "int4", None),
    (pa.uint32(), [2**32 - 1, None], "int8", None),
    (pa.uint64(), [2**64 - 1, None], "numeric", [decimal.Decimal(2**64 - 1), None]),
    (pa.float16(), [numpy.float16(1.5), None], "float4", [1.5, None]),
    (pa.float32(), [1.5, None], "float4", None),
    (pa.float64(), [float("-inf"), None], "float8", None),
    (pa.decimal128(10, 2), [decimal.Decimal("1.50"), None], "numeric", None),
    (pa.decimal128(5, -2), [decimal.Decimal("1200"), None], "numeric", None),
    (pa.decimal256(50, 3), [decimal.Decimal("1.500"), None], "numeric", None),
    (pa.string(), ["ä", None], "text", None),
    (pa.large_string(), ["ä", None], "text", None),
    (pa.string_view(), ["a string that is longer than twelve", None], "text", None),
    (pa.dictionary(pa.int8(), pa.string()), ["a", None, "a"], "text", None),
    (pa.run_end_encoded(pa.int32(), pa.int64()), [7, 7, None], "int8", None),
    (pa.binary(), [b"\x00\xff", None], "bytea", None),
    (pa.large_binary(), [b"\x00", None], "bytea", None),
    (pa.binary_view(), [b"\x00", None], "bytea", None),
    (pa.binary(2), [b"ab", None], "bytea", None),
    (pa.date32(), [NOON.date(), None], "date", None),
    (pa.date64(), [NOON.date(), None], "date", None),
    (pa.time32("ms"), [datetime.time(1, 2, 3), None], "time", None),
    (pa.time64("us"), [datetime.time(1, 2, 3, 4), None], "time", None),
    (pa.timestamp("us"), [NOON, None], "timestamp", None),
    (pa.timestamp("ns"), [NOON, None], "timestamp", None),
    (pa.timestamp("s", "UTC"), [NOON.replace(microsecond=0, tzinfo=UTC), None], "timestamptz", None),
    (pa.duration("us"), [datetime.timedelta(days=-1, microseconds=5), None], "interval", None),
    (pa.month_day_nano_interval(), [pa.MonthDayNano([0, 1, 5000]), None], "interval", [datetime.timedelta(1, 0, 5), None]),
    (pa.list_(pa.int64()), [[1, None, 3], [], None], "int8[]", None),
    (pa.large_list(pa.string()), [["a", None], None], "text[]", None),
    (pa.list_(pa.int32(), 2), [[1, 2], None], "int4[]", None),
    (pa.list_view(pa.int64()), [[1, 2], None], "int8[]", None),
    (pa.list_(pa.list_(pa.int64())), [[[1, 2], [3, 4]], None], None, None),
    (pa.struct([("a", pa.int64()), ("b", pa.string())]), [{"a": 1, "b": None}, None], "jsonb", None),
    (pa.map_(pa.string(), pa.int64()), [[("k", 1)], None], "jsonb", [{"k": 1}, None]),
    (pa.null(), [None, None], "text", None),
]


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("arrow, values, name, expected", ARRAYS, ids=[str(row[0]) for row in ARRAYS])
def test_every_type_of_arrow_is_one_of_postgresql(arrow, values, name, expected, binary, serve, connect):
    table = pa.table({"v": pa.array(values, arrow)})
    cursor = connect(serve(lambda query: table)).cursor(binary=binary).execute("x")
    rows = [value for (value,) in cursor.fetchall()]
    assert rows == (values if expected is None else expected)
    if name is not None:
        info = psycopg.adapters.types[name.removesuffix("[]")]
        assert cursor.description[0].type_code == (info.array_oid if name.endswith("[]") else info.oid)


FRAMES = {
    "a table": lambda table: table,
    "a record batch": lambda table: table.to_batches()[0],
    "a reader": lambda table: table.to_reader(),
    "a list of batches": lambda table: table.to_batches(),
    "a generator of tables": lambda table: (part for part in (table.slice(0, 1), table.slice(1))),
    "polars": polars.from_arrow,
    "pandas": lambda table: table.to_pandas(),
    "with columns": lambda table: trunkline.Result(table, ["n", "s"]),
}


@pytest.mark.parametrize("shape", FRAMES)
def test_whatever_exports_arrow_is_an_answer(shape, serve, connect):
    table = pa.table({"n": [1, 2, 3], "s": ["a", None, "c"]})
    cursor = connect(serve(lambda query: FRAMES[shape](table))).execute("x")
    assert [column.name for column in cursor.description] == ["n", "s"]
    assert [tuple(row) for row in cursor.fetchall()] == [(1, "a"), (2, None), (3, "c")]


def test_an_empty_table_has_its_columns(serve, connect):
    table = pa.table({"n": pa.array([], pa.int32())})
    for answer in (table, table.to_reader(), polars.from_arrow(table)):
        cursor = connect(serve(lambda query: answer)).execute("x")
        assert (cursor.description[0].type_code, cursor.fetchall()) == (23, [])


def test_columns_may_have_other_names_and_types(serve, connect):
    table = pa.table({"a": ["{}"], "b": [1]})
    cursor = connect(serve(lambda query: (table, [("j", "json"), "n"]))).execute("x")
    assert [(column.name, column.type_code) for column in cursor.description] == [("j", 114), ("n", 20)]
    with pytest.raises(psycopg.errors.InternalError_, match="3 columns are declared, but the data has 2"):
        connect(serve(lambda query: (table, ["a", "b", "c"]))).execute("x")


def test_rows_come_with_the_first_batch(serve, connect):
    go_on = threading.Event()

    def batches():
        yield pa.table({"n": [1]})
        assert go_on.wait(60)
        yield pa.table({"n": [2]})

    for answer in (batches, lambda: pa.RecordBatchReader.from_batches(pa.schema([("n", pa.int64())]), (part.to_batches()[0] for part in batches()))):
        go_on.clear()
        connection = connect(serve(lambda query: answer()))
        stream = connection.cursor().stream("x")
        assert next(stream) == (1,)
        go_on.set()
        assert list(stream) == [(2,)]


def test_a_reader_that_fails_is_an_error_of_its_statement(serve, connect):
    def batches():
        yield pa.record_batch({"n": [1]})
        raise ValueError("no more")

    def handler(query):
        if query.sql == "fine":
            return [{"n": 1}]
        return pa.RecordBatchReader.from_batches(pa.schema([("n", pa.int64())]), batches())

    connection = connect(serve(handler))
    with pytest.raises(psycopg.errors.InternalError_, match="no more"):
        connection.execute("x")
    assert connection.execute("fine").fetchone() == (1,)


def test_what_is_no_arrow_is_an_error(serve, connect):
    class Liar:
        def __arrow_c_stream__(self, requested_schema=None):
            return pa.schema([]).__arrow_c_schema__()

    class Bare:
        def __arrow_c_array__(self, requested_schema=None):
            return pa.array([1]).__arrow_c_array__()

    for answer, message in ((Liar(), "incorrect name"), (Bare(), "must be records")):
        with pytest.raises(psycopg.errors.InternalError_, match=message):
            connect(serve(lambda query: answer)).execute("x")
    stream = pa.table({"n": [1]}).to_reader()
    connection = connect(serve(lambda query: stream))
    assert connection.execute("x").fetchall() == [(1,)]
    # It was read to its end: there is nothing in it any more, or it says that it is closed.
    try:
        assert connection.execute("x").fetchall() == []
    except psycopg.errors.InternalError_:
        pass


def test_pandas_is_read_with_its_own_kinds_of_nothing(serve, connect):
    frame = pandas.DataFrame({"f": [1.5, float("nan")], "s": ["a", None], "t": [pandas.Timestamp(NOON), pandas.NaT]})
    assert connect(serve(lambda query: frame)).execute("x").fetchall()[1][1:] == (None, None)
