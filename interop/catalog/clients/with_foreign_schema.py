"""IMPORT FOREIGN SCHEMA by PostgreSQL 18's postgres_fdw: what it makes of every schema, column by column."""

import os

import psycopg

from looked import DATABASE, PLACE, SCHEMAS, asked, told

#: Has the same types, but is not the server that is looked at.
PEER = {"host": "127.0.0.1", "port": os.environ["INTEROP_PEER_PORT"], "user": "postgres"}
LOCAL = "importing"
OPTIONS = {
    "as it is": "",
    "with everything": "options (import_default 'true', import_generated 'true')",
    "with little": "options (import_collate 'false', import_not_null 'false')",
}
FAR = f"""
    create extension postgres_fdw;
    create server far foreign data wrapper postgres_fdw
        options (host '{PLACE['host']}', port '{PLACE['port']}', dbname '{DATABASE}', sslmode 'disable');
    create user mapping for current_user server far options (user '{PLACE['user']}', password_required 'false')"""
COLUMNS = """
    select attname, format_type(atttypid, atttypmod), attnotnull, attgenerated, attfdwoptions,
           attcollation::regcollation::text, pg_get_expr(adbin, adrelid)
    from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where attrelid = %s and attnum > 0 order by attnum"""


def imported(connection, schema, those="", options=""):
    """Every foreign table of a schema that is made for it, with its options and columns."""
    connection.execute("drop schema if exists imported cascade; create schema imported")
    connection.execute(f'import foreign schema "{schema}" {those} from server far into imported {options}')
    tables = connection.execute("select relname, oid, ftoptions from pg_class join pg_foreign_table on ftrelid = oid "
                                "where relnamespace = 'imported'::regnamespace order by relname").fetchall()
    return [(name, options, connection.execute(COLUMNS, [number]).fetchall()) for name, number, options in tables]


def look(connection):
    for schema in SCHEMAS:
        for kind, options in OPTIONS.items():
            try:
                found = imported(connection, schema, options=options)
            except psycopg.Error as error:
                told(f"import {schema} {kind}", f"raised {error.sqlstate}: {str(error).splitlines()}")
                continue
            told(f"import {schema} {kind}", [name for name, *_ in found])
            for name, *answer in found:
                told(f"import {schema} {kind}: {name}", answer)
    for those in ("limit to (line, station, nowhere)", "limit to (journey_2024)", "except (line, everything)"):
        asked(f"import rail {those}", lambda: imported(connection, "rail", those))
    asked("import nowhere", lambda: imported(connection, "nowhere"))
    asked("import rail", lambda: len(imported(connection, "rail")))
    for table in ("line", "station", "section", "open_station", "summary"):
        asked(f"rows of rail.{table}", lambda: connection.execute(f"select * from imported.{table}").fetchall())


def main():
    with psycopg.connect(dbname="postgres", autocommit=True, **PEER) as maker:
        maker.execute(f"drop database if exists {LOCAL}")
        maker.execute(f"create database {LOCAL} template {DATABASE}")
        try:
            with psycopg.connect(dbname=LOCAL, autocommit=True, **PEER) as near:
                near.execute(FAR)
                look(near)
        finally:
            maker.execute(f"drop database {LOCAL} with (force)")


main()
