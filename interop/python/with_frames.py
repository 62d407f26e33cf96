"""Data frames: ADBC, connectorx and polars read by binary COPY what psycopg reads as rows, and ADBC writes by it."""

import datetime as dt
import hashlib
import uuid
from decimal import Decimal

import adbc_driver_postgresql.dbapi as adbc
import connectorx
import polars
import psycopg
import pyarrow

from scenario import UTC, equal, main, scenario, server

TABLE = """
    create table every (
        id bigint primary key, small smallint, whole integer, exact numeric(12,2), single real, inexact double precision,
        flag boolean, words text, short varchar(20), bytes bytea, day date, time time, here timestamp,
        there timestamptz, key uuid, document json, binary_document jsonb
    )"""
ROWS = 2000
#: All of them read these alike.
COMMON = "id, small, whole, single, inexact, flag, words, short, bytes, day, here, there"
QUERY = f"select {COMMON} from every order by id"

where = server()
URI = f"postgresql://{where['user']}@{where['host']}:{where['port']}/{where['database']}?sslmode=disable"


def row(n):
    """Every eleventh value of each column is missing."""
    values = (
        n % 300 - 150, n * 1_000_003 % 2**31 - 2**30, Decimal(n * 37 - 20000) / 100, n / 8, n / 3, n % 3 == 0,
        f"naïve 文 {n}\t\\\n'\"", f"short {n}", bytes([n % 256, 0, 255]) * (n % 5), dt.date(1950, 1, 1) + dt.timedelta(n),
        (dt.datetime.min + dt.timedelta(seconds=n * 43 % 86400, microseconds=n)).time(),
        dt.datetime(1969, 12, 31, 23, 0) + dt.timedelta(minutes=n, microseconds=n),
        dt.datetime(2024, 1, 1, tzinfo=UTC) + dt.timedelta(hours=n, milliseconds=n), uuid.UUID(int=n << 64),
        f'{{"n": {n}}}', f'{{"n": [{n}, null, "x"]}}',
    )
    return n, *(None if (n + at) % 11 == 0 else value for at, value in enumerate(values))


def checksum(rows):
    """Of what was read, in one way of writing it that does not depend on the reader."""
    digest = hashlib.sha256()
    for values in rows:
        digest.update(repr(tuple(plain(value) for value in values)).encode())
    return digest.hexdigest()


def plain(value):
    if isinstance(value, dt.datetime) and value.tzinfo:
        return value.astimezone(UTC).replace(tzinfo=None).isoformat()
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    return value


def expected():
    with psycopg.connect(URI) as connection:
        return checksum(connection.execute(QUERY).fetchall())


@scenario
def writes_rows_by_binary_copy():
    types = ["int8", "int2", "int4", "numeric", "float4", "float8", "bool", "text", "varchar", "bytea", "date", "time",
             "timestamp", "timestamptz", "uuid"]
    with psycopg.connect(URI) as connection:
        connection.execute(TABLE)
        names = "id, small, whole, exact, single, inexact, flag, words, short, bytes, day, time, here, there, key"
        with connection.cursor().copy(f"copy every ({names}) from stdin with (format binary)") as copy:
            copy.set_types(types)
            for n in range(1, ROWS + 1):
                copy.write_row(row(n)[:-2])
        connection.cursor().executemany(
            "update every set document = %s, binary_document = %s where id = %s",
            [(*row(n)[-2:], n) for n in range(1, ROWS + 1)])
    with psycopg.connect(URI) as connection:
        found = connection.execute(
            f"select {names}, document::text, binary_document::text from every order by id").fetchall()
    equal(found, [row(n) for n in range(1, ROWS + 1)])


@scenario
def psycopg_reads_by_copy_in_both_formats():
    types = ["int8", "int2", "int4", "float4", "float8", "bool", "text", "varchar", "bytea", "date", "timestamp",
             "timestamptz"]
    for format in ("text", "binary"):
        with psycopg.connect(URI) as connection:
            with connection.cursor().copy(f"copy ({QUERY}) to stdout with (format {format})") as copy:
                copy.set_types(types)
                equal((format, checksum(copy.rows())), (format, expected()))


@scenario
def adbc_reads():
    with adbc.connect(URI) as connection, connection.cursor() as cursor:
        cursor.execute(QUERY)
        table = cursor.fetch_arrow_table()
    equal([str(field.type) for field in table.schema],
          ["int64", "int16", "int32", "float", "double", "bool", "string", "string", "binary", "date32[day]",
           "timestamp[us]", "timestamp[us, tz=UTC]"])
    equal(checksum(zip(*(column.to_pylist() for column in table.columns))), expected())


@scenario
def adbc_reads_the_other_types():
    with adbc.connect(URI) as connection, connection.cursor() as cursor:
        cursor.execute("select exact, time, key, document, binary_document from every where id between 1 and 50 order by id")
        columns = {name: column.to_pylist() for name, column in
                   zip(("exact", "time", "key", "document", "binary_document"), cursor.fetch_arrow_table().columns)}
    rows = [row(n) for n in range(1, 51)]
    equal([None if text is None else Decimal(text) for text in columns["exact"]], [values[3] for values in rows])
    equal(columns["time"], [values[11] for values in rows])
    equal([None if key is None else (key.bytes if isinstance(key, uuid.UUID) else bytes(key)) for key in columns["key"]],
          [None if values[14] is None else values[14].bytes for values in rows])
    equal((columns["document"], columns["binary_document"]), ([v[15] for v in rows], [v[16] for v in rows]))


@scenario
def adbc_asks_with_parameters():
    with adbc.connect(URI) as connection, connection.cursor() as cursor:
        cursor.execute("select words from every where id = $1", (7,))
        equal(cursor.fetchall(), [(row(7)[7],)])
        cursor.executemany("update every set short = $1 where id = $2", [("changed", 1), ("changed", 2)])
        connection.rollback()
        cursor.execute("select count(*) from every where short = 'changed'")
        equal(cursor.fetchone(), (0,))


@scenario
def adbc_ingests():
    arrow = pyarrow.table({
        "id": pyarrow.array(range(5000), pyarrow.int64()),
        "small": pyarrow.array([None if n % 7 == 0 else n % 100 for n in range(5000)], pyarrow.int16()),
        "inexact": pyarrow.array([n / 3 for n in range(5000)], pyarrow.float64()),
        "flag": pyarrow.array([n % 2 == 0 for n in range(5000)]),
        "words": pyarrow.array([f"文 {n}" for n in range(5000)]),
        "bytes": pyarrow.array([bytes([n % 256]) for n in range(5000)]),
        "day": pyarrow.array([dt.date(2000, 1, 1) + dt.timedelta(n) for n in range(5000)]),
        "here": pyarrow.array([dt.datetime(2000, 1, 1) + dt.timedelta(minutes=n) for n in range(5000)],
                              pyarrow.timestamp("us")),
        "there": pyarrow.array([dt.datetime(2000, 1, 1) + dt.timedelta(minutes=n) for n in range(5000)],
                               pyarrow.timestamp("us", "UTC")),
    })
    with adbc.connect(URI) as connection, connection.cursor() as cursor:
        equal(cursor.adbc_ingest("ingested", arrow, mode="create"), 5000)
        connection.commit()
        equal(cursor.adbc_ingest("ingested", arrow.slice(0, 10), mode="append"), 10)
        connection.rollback()
        cursor.execute("select * from ingested order by id")
        equal(cursor.fetch_arrow_table().to_pylist(), arrow.to_pylist())
        connection.rollback()
        equal("ingested" in {table["table_name"] for catalog in
                             connection.adbc_get_objects(depth="tables", db_schema_filter="public").read_all().to_pylist()
                             for schema in (catalog["catalog_db_schemas"] or [])
                             for table in (schema["db_schema_tables"] or [])}, True)
        equal([field.name for field in connection.adbc_get_table_schema("ingested")], arrow.column_names)
        cursor.execute("drop table ingested")
        connection.commit()


@scenario
def connectorx_reads_in_each_protocol():
    for protocol in ("binary", "csv", "cursor", "simple"):
        table = connectorx.read_sql(URI, QUERY, protocol=protocol, return_type="arrow")
        equal((protocol, checksum(rows_of(table))), (protocol, expected()))


@scenario
def connectorx_reads_in_partitions():
    table = connectorx.read_sql(URI, f"select {COMMON} from every", partition_on="id", partition_num=4, return_type="arrow")
    equal(checksum(rows_of(table.sort_by("id"))), expected())


@scenario
def polars_reads_through_connectorx():
    frame = polars.read_database_uri(QUERY, URI, engine="connectorx")
    equal(checksum(frame.rows()), expected())


@scenario
def polars_reads_through_adbc():
    frame = polars.read_database_uri(QUERY, URI, engine="adbc")
    equal(checksum(frame.rows()), expected())


@scenario
def polars_writes_through_adbc():
    frame = polars.DataFrame({"id": [1, 2, 3], "words": ["a", None, "ü"], "day": [dt.date(2024, 2, 29)] * 3})
    equal(frame.write_database("frame", URI, engine="adbc", if_table_exists="replace"), 3)
    equal(frame.write_database("frame", URI, engine="adbc", if_table_exists="append"), 3)
    query = "select id, words, day from frame order by id"
    equal(polars.read_database_uri(query, URI, engine="adbc").rows(), [values for values in frame.rows() for _ in range(2)])
    frame.write_database("frame", URI, engine="adbc", if_table_exists="replace")
    equal(polars.read_database_uri(query, URI, engine="adbc").rows(), frame.rows())


def rows_of(table):
    return zip(*(column.to_pylist() for column in table.columns))


if __name__ == "__main__":
    main()
