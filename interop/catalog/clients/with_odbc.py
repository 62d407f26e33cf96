"""psqlODBC's catalog calls: what they tell of every schema and table, and of types and results."""

import os

import pyodbc

from looked import DATABASE, PLACE, SCHEMAS, asked, told

#: What a server has stored, and the numbers that it gives, are its own business.
PHYSICAL = {"cardinality", "pages", "table oid", "base typeid"}
NUMBERS = {"field_type"}
ATTRIBUTES = [name for name in sorted(dir(pyodbc)) if name.startswith("SQL_") and not name.startswith("SQL_ATTR_")]
#: Where the server is, and what it is called there.
ASIDE = {"SQL_DATA_SOURCE_NAME", "SQL_SERVER_NAME", "SQL_DBMS_VER", "SQL_USER_NAME"}
RESULTS = ["select * from rail.station", "select * from public.everything", "select * from rail.busy_line",
           "select count(*), 'stop'::rail.signal, 80::rail.speed from pg_class where false"]


def rows(cursor):
    """The columns, and the rows in the order in which they come."""
    columns = [one[0] for one in cursor.description]
    return [columns, [[shown(*cell) for cell in zip(columns, row)] for row in cursor.fetchall()]]


def shown(name, value):
    return "-" if name in PHYSICAL or (name in NUMBERS and value >= 16384) else value


def sorted_rows(cursor):
    columns, found = rows(cursor)
    return [columns, sorted(found, key=repr)]


def described(connection, query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [[name, kind.__name__, *rest] for name, kind, *rest in cursor.description]


def look(connection):
    cursor = connection.cursor()
    for name in ATTRIBUTES:
        if name not in ASIDE:
            try:
                told(f"SQLGetInfo {name}", connection.getinfo(getattr(pyodbc, name)))
            except (pyodbc.Error, OverflowError, ValueError):
                # There is no information of this number.
                continue
    asked("SQLGetTypeInfo", lambda: rows(cursor.getTypeInfo()))
    for number in (pyodbc.SQL_VARCHAR, pyodbc.SQL_INTEGER, pyodbc.SQL_GUID, pyodbc.SQL_TYPE_TIMESTAMP):
        asked(f"SQLGetTypeInfo {number}", lambda: rows(cursor.getTypeInfo(number)))
    asked("SQLTables", lambda: sorted_rows(cursor.tables()))
    asked("SQLTables of all catalogs", lambda: sorted_rows(cursor.tables(catalog="%", schema="", table="")))
    asked("SQLTables of all schemas", lambda: sorted_rows(cursor.tables(catalog="", schema="%", table="")))
    for kind in ("TABLE", "VIEW", "SYSTEM TABLE", "MATERIALIZED VIEW", "FOREIGN TABLE", "'TABLE','VIEW'"):
        asked(f"SQLTables {kind}", lambda: sorted_rows(cursor.tables(tableType=kind)))
    asked("SQLTables s%", lambda: sorted_rows(cursor.tables(table="s%")))
    asked("SQLColumns %name%", lambda: sorted_rows(cursor.columns(column="%name%", schema="rail")))
    asked("SQLColumns pg_class", lambda: rows(cursor.columns(table="pg_class", schema="pg_catalog")))
    for schema in SCHEMAS:
        asked(f"SQLTables {schema}", lambda: rows(cursor.tables(schema=schema)))
        asked(f"SQLProcedures {schema}", lambda: sorted_rows(cursor.procedures(schema=schema)))
        asked(f"SQLProcedureColumns {schema}", lambda: sorted_rows(cursor.procedureColumns(schema=schema)))
        for table in [row.table_name for row in cursor.tables(schema=schema).fetchall()]:
            looks_at(cursor, schema, table)
    asked("SQLForeignKeys of two", lambda: sorted_rows(
        cursor.foreignKeys(table="station", schema="rail", foreignTable="line", foreignSchema="rail")))
    for query in RESULTS:
        asked(f"SQLDescribeCol {query}", lambda: described(connection, query))


def looks_at(cursor, schema, table):
    where = {"table": table, "schema": schema}
    name = f"{schema}.{table}"
    asked(f"SQLColumns {name}", lambda: rows(cursor.columns(**where)))
    asked(f"SQLPrimaryKeys {name}", lambda: rows(cursor.primaryKeys(**where)))
    asked(f"SQLForeignKeys from {name}", lambda: sorted_rows(cursor.foreignKeys(foreignTable=table, foreignSchema=schema)))
    asked(f"SQLForeignKeys to {name}", lambda: sorted_rows(cursor.foreignKeys(**where)))
    for unique in (True, False):
        asked(f"SQLStatistics {name} {unique}", lambda: rows(cursor.statistics(table, schema=schema, unique=unique)))
    asked(f"SQLSpecialColumns {name} rowid", lambda: rows(cursor.rowIdColumns(table, schema=schema)))
    asked(f"SQLSpecialColumns {name} rowver", lambda: rows(cursor.rowVerColumns(table, schema=schema)))


pyodbc.pooling = False
address = {"DRIVER": os.environ["INTEROP_ODBC_DRIVER"], "SERVER": PLACE["host"], "PORT": PLACE["port"],
           "DATABASE": DATABASE, "UID": PLACE["user"], "SSLmode": "disable"}
with pyodbc.connect(";".join(f"{key}={value}" for key, value in address.items()), autocommit=True) as connection:
    look(connection)
