"""Asks a real PostgreSQL 18 how it shows what questions.txt says, and writes answers.txt.

    createdb deparse; psql deparse -f schema.sql; python ask.py "host=... dbname=deparse"

Everything is undone behind each question. What is shown comes twice: plain, and behind + pretty.
"""

import pathlib
import sys

import psycopg

HERE = pathlib.Path(__file__).parent


def ask(cursor, kind, text):
    if kind == "check":
        cursor.execute(f"ALTER TABLE store.people ADD CONSTRAINT asked CHECK ({text})")
        shown = "pg_get_expr(conbin, conrelid{}) FROM pg_constraint WHERE conname = 'asked'"
    elif kind == "value":
        domain, text = text.split(" ", 1)
        cursor.execute(f"ALTER DOMAIN {domain} ADD CONSTRAINT asked CHECK ({text})")
        shown = "pg_get_expr(conbin, 0{}) FROM pg_constraint WHERE conname = 'asked'"
    elif kind == "default":
        cursor.execute(f"CREATE TABLE asked (x {split_type(text)})")
        shown = "pg_get_expr(adbin, adrelid{}) FROM pg_attrdef WHERE adrelid = 'asked'::regclass"
    elif kind == "view":
        cursor.execute(f"CREATE VIEW asked AS {text}")
        shown = "pg_get_viewdef('asked'::regclass{})"
    elif kind == "when":
        cursor.execute("CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
        cursor.execute(
            f"CREATE TRIGGER asked BEFORE UPDATE ON store.people FOR EACH ROW WHEN ({text}) EXECUTE FUNCTION touch()"
        )
        shown = "substring(pg_get_triggerdef(oid{}) FROM 'WHEN \\((.*)\\) EXECUTE') FROM pg_trigger WHERE tgname = 'asked'"
    elif kind == "index":
        cursor.execute(f"CREATE INDEX asked ON store.people ({text})")
        shown = "pg_get_expr(indexprs, indrelid{}) FROM pg_index WHERE indexrelid = 'store.asked'::regclass"
    answers = []
    for pretty in "", ", true":
        cursor.execute("SELECT " + shown.format(pretty))
        row = cursor.fetchone()
        if row is None:
            raise psycopg.Error("nothing is kept")
        answers.append(row[0])
    return answers


def split_type(text):
    """The words of a type end where its default begins: at the place that is marked with two blanks."""
    kind, default = text.split("  ", 1)
    return f"{kind} DEFAULT {default}"


def main():
    connection = psycopg.connect(sys.argv[1])
    connection.execute("SET TimeZone = 'UTC'")
    connection.commit()
    out = []
    for line in (HERE / "questions.txt").read_text().splitlines():
        kind, text = line.split(" ", 1)
        out.append("? " + line)
        with connection.cursor() as cursor:
            try:
                plain, pretty = ask(cursor, kind, text)
            except psycopg.Error as error:
                print(line, error, file=sys.stderr)
                out.pop()
                plain = None
            connection.rollback()
        if plain is not None:
            out.extend("  " + one for one in plain.split("\n"))
            out.extend("+ " + one for one in pretty.split("\n"))
    (HERE / "answers.txt").write_text("\n".join(out) + "\n")


main()
