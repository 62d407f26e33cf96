"""Writes the small tables of the interop tests: what is served (data/), and the same rows as CSV for a
real PostgreSQL (postgres/). Run by hand when the data change: pip install pyarrow, python interop/make_data.py
"""

import csv
import datetime as dt
import decimal
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).parent
UTC = dt.timezone.utc


def items():
    """1,000 rows; every seventh has NULLs. Prices are multiples of 0.25, so that sums are exact."""
    for i in range(1, 1001):
        gap = i % 7 == 0
        yield {
            "id": i,
            "name": f"item {i}" if i % 5 else f"naïve, \"quoted\" № {i}",
            "price": None if gap else (i % 400) * 0.25,
            "in_stock": None if gap else i % 2 == 0,
            "added": None if gap else dt.date(2000, 2, 28) + dt.timedelta(days=i),
            "updated": None if gap else dt.datetime(2020, 1, 1, 23, 59, 59) + dt.timedelta(hours=i),
        }


def ledger():
    """200 rows of the types that only Parquet has."""
    for i in range(1, 201):
        gap = i % 9 == 0
        yield {
            "id": i,
            "account": i * 1_000_003,
            "branch": i - 100,
            "amount": None if gap else decimal.Decimal(i * 12345 - 999_999).scaleb(-2),
            "share": None if gap else i / 8,
            "posted": None if gap else dt.datetime(2024, 2, 29, 12, 0, 0, 123456, UTC) + dt.timedelta(days=i),
            "memo": None if gap else "" if i % 10 == 0 else f"memo {i}",
            "blob": None if gap else bytes([i % 256, 0, 255]),
            "tags": None if gap else [f"t{n}" for n in range(i % 4)],
        }


LEDGER = pa.schema([
    pa.field("id", pa.int64(), nullable=False),
    ("account", pa.int32()),
    ("branch", pa.int16()),
    ("amount", pa.decimal128(12, 2)),
    ("share", pa.float32()),
    ("posted", pa.timestamp("us", tz="UTC")),
    ("memo", pa.string()),
    ("blob", pa.binary()),
    ("tags", pa.list_(pa.string())),
])


def events():
    """50 rows; `ok` is missing in some."""
    for i in range(1, 51):
        row = {"id": i, "kind": ["click", "view", "sale"][i % 3], "value": i / 4}
        if i % 4:
            row["ok"] = i % 2 == 0
        yield row


def text(value):
    """A value as COPY takes it in CSV; None is an unquoted nothing."""
    match value:
        case None:
            return None
        case bool():
            return "t" if value else "f"
        case bytes():
            return "\\x" + value.hex()
        case list():
            return "{" + ",".join(value) + "}"
        case dt.datetime():
            return value.isoformat(sep=" ")
        case _:
            return str(value)


def write_csv(path, rows):
    rows = list(rows)
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(rows[0])
        for row in rows:
            writer.writerow([text(value) for value in row.values()])


def main():
    with (HERE / "data/items.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        rows = list(items())
        writer.writerow(rows[0])
        for row in rows:
            writer.writerow(["" if v is None else str(v).lower() if isinstance(v, bool) else
                             v.isoformat() if hasattr(v, "isoformat") else v for v in row.values()])
    pq.write_table(pa.Table.from_pylist(list(ledger()), schema=LEDGER), HERE / "data/ledger.parquet")
    with (HERE / "data/events.ndjson").open("w") as file:
        for row in events():
            file.write(json.dumps(row) + "\n")
    rows = [{key: row.get(key) for key in ("id", "kind", "value", "ok")} for row in events()]
    write_csv(HERE / "postgres/events.csv", rows)
    # The empty string is not NULL, but Python's csv writes both as nothing; the loader puts it back.
    rows = [{**row, "memo": "<empty>" if row["memo"] == "" else row["memo"]} for row in ledger()]
    write_csv(HERE / "postgres/ledger.csv", rows)


if __name__ == "__main__":
    main()
