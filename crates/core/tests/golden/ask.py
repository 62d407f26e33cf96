#!/usr/bin/env python3
"""Asks a PostgreSQL what it makes of settings, and writes settings.tsv.

    PGHOST=… PGPORT=… PGUSER=… ask.py settings.tsv

A line is the name of a setting, the value it is given, and, behind the second tab, what SHOW shows
then, or SQLSTATE, message and hint. Names and values are kept, the answers are replaced. The user is
no superuser. `\\` in a value starts an escape as in Python.
"""

import subprocess
import sys
from pathlib import Path

PSQL = ["psql", "-X", "-A", "-t", "-v", "VERBOSITY=verbose", "-d", "postgres"]


def ask(name, value):
    call = f"SELECT 'shows ' || set_config({literal(name)}, {literal(value)}, false)"
    # Half of DateStyle stays as it was.
    asked = ["-q", "-c", "SET DateStyle = 'ISO, MDY'", "-c", call]
    done = subprocess.run(PSQL + asked, capture_output=True, text=True)
    if done.returncode == 0:
        return done.stdout.removesuffix("\n").removeprefix("shows ").encode("unicode_escape").decode()
    lines = done.stderr.splitlines()
    code, message = lines[0].removeprefix("ERROR:  ").split(": ", 1)
    more = [line.replace(":  ", ": ", 1) for line in lines[1:] if line.startswith(("HINT", "DETAIL"))]
    return " ".join([code, message, *more])


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def main(path):
    lines = path.read_text().splitlines()
    cases = [line.split("\t")[:2] for line in lines]
    answered = [
        "\t".join([name, value, ask(name, value.encode().decode("unicode_escape"))])
        for name, value in cases
    ]
    path.write_text("\n".join(answered) + "\n")


main(Path(sys.argv[1]))
