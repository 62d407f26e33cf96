"""Everyday statements, one a line in `interop/everyday/*.sql`, and how two servers' answers to them differ.

The comment `-- differs: WHY` before a statement says that the answers are known to differ; once they do not, the
comment is wrong, and that is told. `-- columns: WHY` says that only the columns are compared.
"""

import pathlib

import psycopg.pq

#: The sums of floats depend on their order.
FLOATS = {700, 701}
TOLERANCE = 1e-9

FOLDER = pathlib.Path(__file__).parent.parent / "everyday"


class Statement:
    def __init__(self, place, sql, mark):
        self.place, self.sql = place, sql
        self.known = mark.startswith("differs: ")
        self.only_columns = mark.startswith("columns: ")


def files():
    return sorted(FOLDER.glob("*.sql"))


def statements(file):
    mark = ""
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if line.startswith("--"):
            mark = line.removeprefix("--").strip()
        elif line:
            yield Statement(f"{file.name}:{number}", line, mark)
            mark = ""


class Answer:
    """What a statement brings: columns with their types and rows of texts, or an error with its code and place."""

    def __init__(self, connection, sql):
        result = connection.pgconn.exec_(sql.encode())
        self.error, self.columns, self.rows = None, [], []
        if result.error_message:
            field = psycopg.pq.DiagnosticField
            told = [field.SQLSTATE, field.STATEMENT_POSITION, field.MESSAGE_PRIMARY]
            self.error = [decoded(result.error_field(name)) for name in told]
            return
        columns = range(result.nfields)
        self.columns = [(result.fname(column).decode(), result.ftype(column)) for column in columns]
        self.rows = [
            [decoded(result.get_value(row, column)) for column in columns] for row in range(result.ntuples)
        ]


def decoded(value):
    return None if value is None else value.decode()


def same(ours, theirs, oid):
    if ours == theirs or None in (ours, theirs) or oid not in FLOATS:
        return ours == theirs
    ours, theirs = float(ours), float(theirs)
    return abs(ours - theirs) <= TOLERANCE * max(abs(ours), abs(theirs))


def difference(ours, theirs, only_columns=False):
    """The first difference and its kind; None if there is none. The words of errors may differ."""
    if ours.error or theirs.error:
        if not (ours.error and theirs.error) or ours.error[0] != theirs.error[0]:
            return f"error: {ours.error or ours.rows[:1]} instead of {theirs.error or theirs.rows[:1]}"
        if ours.error[1] != theirs.error[1]:
            return f"place: {ours.error} instead of {theirs.error}"
        return None
    if ours.columns != theirs.columns:
        return f"columns: {ours.columns} instead of {theirs.columns}"
    if only_columns:
        return None
    oids = [oid for _, oid in ours.columns]
    for number, (row, their_row) in enumerate(zip(ours.rows, theirs.rows)):
        if not all(map(same, row, their_row, oids)):
            return f"value: row {number}: {row} instead of {their_row}"
    if len(ours.rows) != len(theirs.rows):
        return f"value: {len(ours.rows)} rows instead of {len(theirs.rows)}"
    return None
