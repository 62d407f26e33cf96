"""A folder of CSV files, each a table of texts; sqlite3 answers, one database in memory for each connection.

    python examples/python/csv_files.py 5432 examples/data
    psql "host=127.0.0.1 user=me dbname=me" -c "select name from airlines limit 3"
"""

import csv
import pathlib
import sqlite3
import sys

import trunkline

FOLDER = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else ".")


def tables() -> dict[str, list[list[str]]]:
    found = {}
    for path in sorted(FOLDER.glob("*.csv")):
        with path.open(newline="") as file:
            found[path.stem] = list(csv.reader(file))
    return found


class Session:
    def connect(self, connection: trunkline.Connection) -> None:
        self.db = sqlite3.connect(":memory:")
        for name, (header, *rows) in tables().items():
            columns = ", ".join(f'"{column}"' for column in header)
            self.db.execute(f'create table "{name}" ({columns})')
            self.db.executemany(f'insert into "{name}" values ({", ".join("?" * len(header))})', rows)

    def query(self, query: trunkline.Query) -> object:
        try:
            return self.db.execute(query.sql.replace("$", "?"), query.params)
        except sqlite3.Error as raised:
            raise trunkline.Error("42601", str(raised)) from raised


def catalog() -> trunkline.Catalog:
    known = trunkline.Catalog()
    for name, (header, *rows) in tables().items():
        known.table(name, [(column, "text") for column in header], rows=len(rows))
    return known


if __name__ == "__main__":
    trunkline.serve(Session, f"127.0.0.1:{sys.argv[1]}", catalog=catalog(), thread="connection")
