"""Lists of dicts as tables, asked in SQL: by DuckDB or DataFusion if one is installed, of one table at a time otherwise.

    python examples/python/dict_tables.py 5432
    psql "host=127.0.0.1 user=me dbname=me" -c "\\d" -c "select name from planets where moons > 2 order by distance desc"
"""

import sys
import time

import trunkline
from trunkline import sql

PLANETS = [
    {"name": "Earth", "moons": 1, "distance": 1.0},
    {"name": "Mars", "moons": 2, "distance": 1.52},
    {"name": "Jupiter", "moons": 97, "distance": 5.2},
    {"name": "Saturn", "moons": 274, "distance": 9.58},
]


def clock(query: trunkline.Query | None) -> list[dict[str, object]]:
    """A table that is made anew for each statement; None asks for its columns alone."""
    return [{"seconds": time.time(), "who": query.connection.user if query else ""}]


def insert(query: trunkline.Query) -> str:
    """Tables are only read; this function writes to one of them all the same."""
    statement = sql.parse(query.sql)
    if statement.tables[0].name != "planets" or not statement.is_simple:
        raise trunkline.Error("0A000", "only planets are discovered, one by one")
    for row in statement.rows:
        values = [query.params[value.number - 1] if isinstance(value, sql.Parameter) else value for value in row]
        PLANETS.append(dict(zip(statement.insert_columns or PLANETS[0], values, strict=True)))
    return f"INSERT 0 {len(statement.rows)}"


if __name__ == "__main__":
    tables = trunkline.Tables({"planets": PLANETS, "now": {"clock": clock}})
    trunkline.serve(tables, f"127.0.0.1:{sys.argv[1]}", statements={"INSERT": insert})
