"""The same statements over real data in trunkline and in PostgreSQL: psycopg must get the same rows from both.

`INTEROP_PEER_PORT` says where a fresh PostgreSQL is, `INTEROP_PEER_DATA` what to load into it.
"""

import os
import pathlib
import time
from decimal import Decimal

import psycopg

import everyday
from real_flights import STATEMENTS as FLIGHTS
from real_tpch import STATEMENTS as TPCH
from scenario import equal, main, scenario, server

#: Floats are summed in another order by every engine.
TOLERANCE = 1e-9


def connect(host, port, user, database):
    return psycopg.connect(host=host, port=port, user=user, dbname=database, sslmode="disable", autocommit=True)


def load(peer, folder):
    """The tables and their rows, as one would by \\copy."""
    peer.execute((folder / "schema.sql").read_text())
    for file in sorted(folder.glob("*.csv")):
        with peer.cursor().copy(f"copy {file.stem} from stdin (format csv, header)") as copy:
            with open(file, "rb") as data:
                while part := data.read(1 << 20):
                    copy.write(part)
    peer.execute("analyze")


def is_number(value):
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def same_value(ours, theirs):
    """Floats are near each other; an integer and a numeric may be equal; all else has the same type."""
    if not (is_number(ours) and is_number(theirs)):
        return type(ours) is type(theirs) and ours == theirs
    if float in (type(ours), type(theirs)):
        ours, theirs = float(ours), float(theirs)
        return ours == theirs or abs(ours - theirs) <= TOLERANCE * max(abs(ours), abs(theirs))
    return Decimal(ours) == Decimal(theirs)


def compare(ours, theirs):
    (names, rows), (their_names, their_rows) = ours, theirs
    equal(names, their_names)
    assert their_rows, "a statement without a row proves nothing"
    for number, (row, their_row) in enumerate(zip(rows, their_rows)):
        if not all(map(same_value, row, their_row)):
            raise AssertionError(f"row {number}: trunkline {row!r}, PostgreSQL {their_row!r}")
    equal(len(rows), len(their_rows))


def answer(connection, sql, parameters):
    """By the simple protocol as text, or with parameters by the extended one as binary."""
    cursor = connection.execute(sql, parameters, binary=parameters is not None)
    return [column.name for column in cursor.description], cursor.fetchall()


def register(name, sql, parameters):
    def check():
        start = time.monotonic()
        ours = answer(trunkline, sql, parameters)
        middle = time.monotonic()
        theirs = answer(peer, sql, parameters)
        print(f"{name}: {len(ours[1])} rows, {middle - start:.2f} s, PostgreSQL {time.monotonic() - middle:.2f} s")
        compare(ours, theirs)

    check.__name__ = name
    scenario(check)


for prefix, statements in ("flights", FLIGHTS), ("tpch", TPCH):
    for name, (sql, *parameters) in statements.items():
        register(f"{prefix}_{name}", sql, parameters[0] if parameters else None)

def register_everyday(file):
    def check():
        wrong = []
        for statement in everyday.statements(file):
            answers = everyday.Answer(trunkline, statement.sql), everyday.Answer(peer, statement.sql)
            difference = everyday.difference(*answers, statement.only_columns)
            if difference and not statement.known:
                wrong.append(f"{statement.place}: {difference}")
            if statement.known and not difference:
                wrong.append(f"{statement.place}: does not differ any more")
        assert not wrong, f"{len(wrong)} differ: " + "; ".join(wrong)

    check.__name__ = f"everyday_{file.stem}"
    scenario(check)


for file in everyday.files():
    register_everyday(file)

trunkline = connect(**server())
peer = connect(host="127.0.0.1", port=os.environ["INTEROP_PEER_PORT"], user="postgres", database="postgres")
for connection in trunkline, peer:
    connection.execute("set timezone to 'UTC'")
load(peer, pathlib.Path(os.environ["INTEROP_PEER_DATA"]))
main()
