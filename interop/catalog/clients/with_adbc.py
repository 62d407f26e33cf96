"""ADBC's driver: what it gets of catalogs, schemas, tables, columns and constraints, and each table's Arrow schema."""

import re

import adbc_driver_postgresql.dbapi

from looked import DATABASE, PLACE, SCHEMAS, asked, told

DEPTHS = ["catalogs", "db_schemas", "tables", "columns", "all"]
FILTERS = [{"table_name_filter": "s%"}, {"column_name_filter": "%name%"}, {"table_types_filter": ["view"]},
           {"catalog_filter": DATABASE, "db_schema_filter": "rail"}, {"db_schema_filter": "nowhere"}]
TABLES = ["rail.station", "rail.line", "rail.section", "public.everything", "rail.open_station", "rail.summary",
          "public.nothing", "rail.journey", "Odd Names.Two Words", "rail.nowhere"]
TYPES = ["'stop'::rail.signal", "array['stop'::rail.signal]", "80::rail.speed", "null::rail.place", "'[1,2)'::rail.metres",
         "'{[1,2)}'::rail.heights", "'text'::public.remark", "null::rail.station", "1::oid", "'x'::name", "'1 day'::interval"]


def objects(connection, **asked_for):
    """All that is told, in an order that is ours."""
    return in_order(connection.adbc_get_objects(**asked_for).read_all().to_pylist())


def in_order(value):
    if isinstance(value, list):
        return sorted(map(in_order, value), key=repr)
    if isinstance(value, dict):
        return {name: in_order(one) for name, one in value.items()}
    return value


def look(connection):
    asked("get_table_types", lambda: sorted(connection.adbc_get_table_types()))
    # Its version is a server's own.
    asked("get_info", lambda: {key: value for key, value in connection.adbc_get_info().items() if "version" not in key})
    asked("current", lambda: [connection.adbc_current_catalog, connection.adbc_current_db_schema])
    for depth in DEPTHS:
        asked(f"get_objects {depth}", lambda: shortened(objects(connection, depth=depth)))
    for those in FILTERS:
        asked(f"get_objects {those}", lambda: shortened(objects(connection, **those)))
    for schema in SCHEMAS:
        for database in objects(connection, depth="all", catalog_filter=DATABASE, db_schema_filter=schema):
            for one in database["catalog_db_schemas"] or []:
                for table in one["db_schema_tables"]:
                    told(f"get_objects {schema}.{table['table_name']}", table)
    for name in TABLES:
        schema, table = name.split(".")
        asked(f"get_table_schema {name}",
              lambda: without_numbers(connection.adbc_get_table_schema(table, db_schema_filter=schema)))
    for value in TYPES:
        asked(f"execute_schema {value}", lambda: executed_schema(connection, value))
        asked(f"execute {value}", lambda: executed(connection, value))


def shortened(databases):
    """What PostgreSQL has of its own is a question of its own: how much it is."""
    told_of = []
    for database in databases:
        for schema in database["catalog_db_schemas"] or []:
            tables = schema["db_schema_tables"]
            names = tables and [one["table_name"] for one in tables]
            columns = tables and sum(len(one["table_columns"] or []) for one in tables)
            told_of.append([database["catalog_name"], schema["db_schema_name"], names, columns])
    return told_of or [database["catalog_name"] for database in databases]


def without_numbers(schema):
    """Types that it does not know are told by their numbers, which are each server's own."""
    return re.sub(r"oid:\d{5,}", "oid:N", schema.to_string(truncate_metadata=False))


def executed_schema(connection, value):
    with connection.cursor() as cursor:
        return without_numbers(cursor.adbc_execute_schema(f"select {value} as it"))


def executed(connection, value):
    with connection.cursor() as cursor:
        cursor.execute(f"select {value} as it")
        return repr(cursor.fetchall())


url = f"postgresql://{PLACE['user']}@{PLACE['host']}:{PLACE['port']}/{DATABASE}"
with adbc_driver_postgresql.dbapi.connect(url, autocommit=True) as connection:
    look(connection)
