"""A DuckDB file, by a program of one's own; `trunkline.duckdb` does more: transactions, cancels, catalogs, SQLSTATEs.

    python examples/python/duckdb_file.py 5432 shop.duckdb
    psql "host=127.0.0.1 user=me dbname=me" -c "from duckdb_tables() select table_name"
"""

import sys

import duckdb

import trunkline

db = duckdb.connect(sys.argv[2] if len(sys.argv) > 2 else ":memory:")


def handler(query: trunkline.Query) -> object:
    return db.cursor().sql(query.sql, params=query.params or None)


if __name__ == "__main__":
    trunkline.serve(handler, f"127.0.0.1:{sys.argv[1]}")
