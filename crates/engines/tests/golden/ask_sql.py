"""Records what PostgreSQL answers to the statements of sql.txt.

    python3 ask_sql.py 'host=… port=… user=…' < sql.txt > recorded && mv recorded sql.txt

Each statement is a line that begins with `> `; what is recorded below it: `:` its columns, `=` a
row, `#` a command tag, `!` an error with its SQLSTATE, `^` the error's position. Where the SQLite
engine answers otherwise, `~` says how, and is kept.
"""
import re
import subprocess
import sys


def psql(target, script):
    run = subprocess.run(
        ["psql", "-X", "-A", "-t", "-F", "|", "-d", target],
        input="\\pset null NULL\n\\set VERBOSITY verbose\n\\set SHOW_CONTEXT never\n" + script,
        capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "PGTZ": "UTC"})
    return run.stdout.splitlines()[1:], run.stderr


def position(sql, errors):
    shown = re.search(r"^LINE 1: (.*)\n( *)\^", errors, re.M)
    if not shown:
        return None
    text, caret = shown.group(1), len(shown.group(2)) - len("LINE 1: ")
    if text.startswith("..."):
        return sql.find(text[3:].removesuffix("...")) + caret - 2
    return caret + 1


for line in sys.stdin:
    if not line.startswith("> "):
        if line.strip() == "" or line.startswith(("-- ", "~ ")):
            print(line, end="")
        continue
    print(line, end="")
    sql = line[2:].strip()
    shape, errors = psql(sys.argv[1], f"{sql} \\gdesc\n")
    if shape and not errors and not shape[0].startswith("The command"):
        print(": " + ", ".join(row.replace("|", ":", 1) for row in shape))
        rows, errors = psql(sys.argv[1], f"\\set QUIET on\n{sql};\n")
        for row in rows:
            print(f"= {row}")
    else:
        rows, errors = psql(sys.argv[1], f"{sql};\n")
        for row in rows:
            print(f"# {row}")
    failed = re.search(r"^ERROR:  (\w{5}): (.*)$", errors, re.M)
    if failed:
        print(f"! {failed.group(1)} {failed.group(2)}")
        place = position(sql, errors)
        if place:
            print(f"^ {place}")
