"""Frames of polars, asked in SQL: polars answers, and the catalogs tell what there is.

    python examples/python/frames.py 5432
    psql "host=127.0.0.1 user=me dbname=me" -c "\\d" -c "select name, sum(sold) from sales group by name"
"""

import sys

import polars

import trunkline

FRAMES = {
    "sales": polars.DataFrame({"name": ["pen", "ink", "pen"], "sold": [3, 1, 4]}),
    "prices": polars.DataFrame({"name": ["pen", "ink"], "price": [1.5, 2.25]}),
}
TYPES = {polars.String: "text", polars.Int64: "int8", polars.Float64: "float8"}


def handler(query: trunkline.Query) -> object:
    try:
        return polars.SQLContext(FRAMES).execute(query.sql.rstrip(";"), eager=True)
    except polars.exceptions.PolarsError as raised:
        raise trunkline.Error("42601", str(raised)) from raised


def catalog() -> trunkline.Catalog:
    tables = trunkline.Catalog()
    for name, frame in FRAMES.items():
        tables.table(name, [(column, TYPES[type(dtype)]) for column, dtype in frame.schema.items()])
    return tables


if __name__ == "__main__":
    trunkline.serve(handler, f"127.0.0.1:{sys.argv[1]}", catalog=catalog())
