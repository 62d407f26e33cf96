"""psycopg's and asyncpg's way to types that are not built in: looked up, registered, introspected."""

import asyncio

import asyncpg
import psycopg
from psycopg.types.composite import CompositeInfo
from psycopg.types.enum import EnumInfo
from psycopg.types.multirange import MultirangeInfo
from psycopg.types.range import RangeInfo

from looked import DATABASE, PLACE, asked, told

KINDS = [(psycopg.types.TypeInfo, ["rail.signal", "rail.place", "rail.metres", "rail.speed", "public.remark",
                                   "rail.station", "public.everything", "rail.nothing", "int4", "jsonb"]),
         (EnumInfo, ["rail.signal", "rail.place"]), (CompositeInfo, ["rail.place", "rail.operator", "rail.signal"]),
         (RangeInfo, ["rail.metres", "rail.height", "int4range"]),
         (MultirangeInfo, ["rail.heights", "rail.metres_multirange", "int4multirange"])]


def without_numbers(info):
    """An OID is nobody's business, but that it is there is."""
    if info is None:
        return None
    return {name: value >= 16384 if "oid" in name and isinstance(value, int) else str(value)
            for name, value in vars(info).items() if name not in ("field_types", "typemod")}


with psycopg.connect(dbname=DATABASE, **PLACE) as connection:
    for kind, names in KINDS:
        for name in names:
            asked(f"psycopg {kind.__name__} {name}", lambda: without_numbers(kind.fetch(connection, name)))




async def with_asyncpg():
    connection = await asyncpg.connect(database=DATABASE, **PLACE)
    for column in ("'clear'::rail.signal", "null::rail.place", "'[1,2)'::rail.metres",
                                     "'{[1,2)}'::rail.heights", "80::rail.speed", "'{stop}'::rail.signal[]",
                                     "null::rail.station", "'{}'::rail.place[]"):
        try:
            prepared = await connection.prepare(f"select {column} as it")
            answer = [(one.name, one.type.name, one.type.kind, one.type.schema) for one in prepared.get_attributes()]
            rows = [repr(row["it"]) for row in await prepared.fetch()]
            told(f"asyncpg prepare {column}", [answer, rows])
        except Exception as error:
            told(f"asyncpg prepare {column}", f"raised {type(error).__name__}: {error}")
    for table in ("rail.section", "rail.station", "public.everything", "stock.wagon", "rail.open_station"):
        try:
            prepared = await connection.prepare(f"select * from {table}")
            answer = [(one.name, one.type.name, one.type.kind, one.type.schema) for one in prepared.get_attributes()]
            told(f"asyncpg prepare {table}", answer)
        except Exception as error:
            told(f"asyncpg prepare {table}", f"raised {type(error).__name__}: {error}")
    for name in ("signal", "speed", "place", "metres"):
        try:
            await connection.set_type_codec(name, schema="rail", encoder=str, decoder=str, format="text")
            told(f"asyncpg set_type_codec {name}", "set")
        except Exception as error:
            told(f"asyncpg set_type_codec {name}", f"raised {type(error).__name__}: {error}")
    await connection.close()


asyncio.run(with_asyncpg())
