"""Asks a real PostgreSQL 18 the queries of queries.sql and writes answers.txt.

    createdb oracle; psql oracle -f schema.sql; python ask.py "host=... dbname=oracle"

With a name behind that, the files are NAME.queries.sql and NAME.answers.txt.

Numbers of objects that are not PostgreSQL's own differ between databases: their names stand for them.
"""

import pathlib
import sys

import psycopg

HERE = pathlib.Path(__file__).parent
NAMES = (HERE / "names.sql").read_text()
PREFIX = "".join(name + "." for name in sys.argv[2:])


def main():
    connection = psycopg.connect(sys.argv[1], autocommit=True).pgconn
    names = {}
    result = connection.exec_(NAMES.encode())
    for row in range(result.ntuples):
        names[result.get_value(row, 0)] = result.get_value(row, 1).decode()
    out = []
    for query in (HERE / f"{PREFIX}queries.sql").read_text().strip().split("\n\n"):
        out.append("? " + query)
        result = connection.exec_(query.encode())
        if result.status != psycopg.pq.ExecStatus.TUPLES_OK:
            field = psycopg.pq.DiagnosticField
            parts = [field.SQLSTATE, field.MESSAGE_PRIMARY, field.STATEMENT_POSITION]
            out.append("! " + "\t".join((result.error_field(part) or b"").decode() for part in parts))
            continue
        columns = range(result.nfields)
        out.append("= " + "\t".join(f"{result.fname(c).decode()}:{result.ftype(c)}" for c in columns))
        for row in range(result.ntuples):
            cells = []
            for column in columns:
                cell = result.get_value(row, column)
                if cell is None:
                    cells.append("\\N")
                else:
                    text = names.get(cell) if result.ftype(column) == 26 else None
                    cells.append((text or cell.decode()).replace("\n", "\\n"))
            out.append("  " + "\t".join(cells))
    (HERE / f"{PREFIX}answers.txt").write_text("\n".join(out) + "\n")


main()
