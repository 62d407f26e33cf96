"""DuckDB's extension for PostgreSQL: what it makes of an attached database, and what it reads of it."""

from pathlib import Path

import duckdb
import duckdb_ext

from looked import DATABASE, PLACE, SCHEMAS, asked, told

EXTENSION = Path(next(iter(duckdb_ext.__path__))) / "extensions" / f"v{duckdb.__version__}" / "linux_amd64" / \
    "postgres_scanner.duckdb_extension"
#: What DuckDB then has: its own numbers are left out.
HAS = {
    "schemas": "select schema_name, internal, comment from duckdb_schemas() where database_name = 'far' order by 1",
    "tables": "select schema_name, table_name, comment, has_primary_key, column_count, index_count, check_constraint_count "
              "from duckdb_tables() where database_name = 'far' order by 1, 2",
    "views": "select schema_name, view_name, column_count from duckdb_views() where database_name = 'far' order by 1, 2",
    "indexes": "select schema_name, index_name, table_name, is_unique, is_primary, sql from duckdb_indexes() "
               "where database_name = 'far' order by 1, 2",
    "types": "select schema_name, type_name, logical_type, type_category, labels from duckdb_types() "
             "where database_name = 'far' order by 1, 2",
    "show": "select database, schema, name, column_names, column_types from (show all tables) where database = 'far' "
            "order by 1, 2, 3",
}
COLUMNS = ("select column_name, data_type, is_nullable, column_default, comment, numeric_precision, numeric_scale "
           "from duckdb_columns() where database_name = 'far' and schema_name = ? and table_name = ? order by column_index")
ASKED = ["select * from far.rail.station", "select count(*) from far.rail.line", "select * from far.rail.summary",
         "select shown, seen from far.rail.section where shown = 'stop'", "from far.rail.journey where day > '2024-05-01'",
         "select id, moneY from far.public.everything limit 3", 'from far."Odd Names"."Two Words"', "from far.rail.nowhere",
         "select nspname from postgres_query('far', 'select nspname from pg_namespace order by 1') limit 3",
         "select * from postgres_query('far', 'select null::rail.signal as one, null::rail.place as other')"]


def rows(connection, query, *parameters):
    return connection.execute(query, parameters).fetchall()


def look(connection):
    for name, query in HAS.items():
        asked(name, lambda: rows(connection, query))
    for schema in SCHEMAS:
        for (table,) in rows(connection, "select distinct table_name from duckdb_columns() where database_name = 'far' "
                                         "and schema_name = ? order by 1", schema):
            told(f"columns {schema}.{table}", rows(connection, COLUMNS, schema, table))
            asked(f"describe {schema}.{table}", lambda: rows(connection, f'describe far."{schema}"."{table}"'))
    for query in ASKED:
        asked(query, lambda: rows(connection, query))


with duckdb.connect(config={"allow_unsigned_extensions": "true"}) as connection:
    connection.load_extension(str(EXTENSION))
    address = f"host={PLACE['host']} port={PLACE['port']} user={PLACE['user']} dbname={DATABASE} sslmode=disable"
    connection.execute(f"attach '{address}' as far (type postgres)")
    look(connection)
