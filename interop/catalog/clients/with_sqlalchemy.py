"""SQLAlchemy's inspector: every question that it knows, by the driver that is named."""

import asyncio
import sys
import warnings

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import PGInspector
from sqlalchemy.engine.reflection import ObjectKind, ObjectScope
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.schema import CreateTable

from looked import DATABASE, PLACE, SCHEMAS, asked, told

#: What is told table by table.
OF_TABLES = ["columns", "pk_constraint", "foreign_keys", "indexes", "unique_constraints", "check_constraints",
             "table_comment", "table_options"]


def look(connection):
    found = sa.inspect(connection)
    assert isinstance(found, PGInspector)
    asked("default_schema_name", lambda: found.default_schema_name)
    asked("get_schema_names", found.get_schema_names)
    asked("server_version_info", lambda: connection.dialect.server_version_info[:1])
    asked("isolation_level", connection.get_isolation_level)
    for schema in SCHEMAS:
        # These come in the order in which a server keeps them, which is its own.
        asked(f"get_table_names {schema}", lambda: sorted(found.get_table_names(schema)))
        asked(f"get_view_names {schema}", lambda: found.get_view_names(schema))
        asked(f"get_materialized_view_names {schema}", lambda: found.get_materialized_view_names(schema))
        asked(f"get_foreign_table_names {schema}", lambda: found.get_foreign_table_names(schema))
        asked(f"get_sequence_names {schema}", lambda: sorted(found.get_sequence_names(schema)))
        asked(f"get_temp_table_names {schema}", found.get_temp_table_names)
        asked(f"get_sorted_table_and_fkc_names {schema}",
              lambda: [(name, sorted(keys)) for name, keys in found.get_sorted_table_and_fkc_names(schema)])
        for kind in ("get_enums", "get_domains"):
            for one in every(f"{kind} {schema}", lambda: getattr(found, kind)(schema)):
                told(f"{kind} {schema}.{one['name']}", one)
        for what in OF_TABLES:
            many = getattr(found, f"get_multi_{what}")
            answers = every(f"get_multi_{what} {schema}",
                            lambda: many(schema, kind=ObjectKind.ANY, scope=ObjectScope.ANY).items())
            for (_, table), answer in answers:
                told(f"get_multi_{what} {schema}.{table}", answer)
        views = every(f"views {schema}", lambda: found.get_view_names(schema))
        for view in views:
            asked(f"get_view_definition {schema}.{view}", lambda: found.get_view_definition(view, schema))
    for table in ("station", "open_station", "summary", "journey", "nothing"):
        asked(f"has_table rail.{table}", lambda: found.has_table(table, "rail"))
        asked(f"get_table_oid rail.{table}", lambda: found.get_table_oid(table, "rail") >= 16384)
        for what in OF_TABLES:
            asked(f"get_{what} rail.{table}", lambda: getattr(found, f"get_{what}")(table, "rail"))
    asked("has_sequence", lambda: found.has_sequence("ticket_number", "rail"))
    asked("has_schema", lambda: [found.has_schema(name) for name in ("rail", "nowhere")])
    asked("has_type", lambda: [found.has_type(name, "rail") for name in ("signal", "place", "nothing")])
    asked("has_index", lambda: [found.has_index("station", name, "rail") for name in ("station_open", "nothing")])
    metadata = sa.MetaData()
    asked("reflects everything", lambda: [metadata.reflect(connection, schema) for schema in SCHEMAS])
    for name, table in sorted(metadata.tables.items()):
        # Of some types it says that it does not know them.
        asked(f"reflected {name}", lambda: str(CreateTable(table).compile(dialect=connection.dialect)))


def every(question, ask):
    """A list that is told one by one, or the error."""
    answers = []
    try:
        answers = list(ask())
    except Exception as error:
        asked(question, lambda: repr(error).splitlines()[:1])
    return answers


def main(driver):
    url = sa.URL.create(f"postgresql+{driver}", PLACE["user"], host=PLACE["host"], port=int(PLACE["port"]),
                        database=DATABASE)
    if driver != "asyncpg":
        with sa.create_engine(url).connect() as connection:
            return look(connection)

    async def run():
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            await connection.run_sync(look)
        await engine.dispose()

    asyncio.run(run())


# It does not know an option of its own.
warnings.simplefilter("ignore")
main(sys.argv[1])
