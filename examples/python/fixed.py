"""Fixed answers: the smallest server.

    python examples/python/fixed.py 5432
    psql "host=127.0.0.1 user=me dbname=me" -c "select * from planets"
"""

import sys

import trunkline

PLANETS = [("Mercury", 0.39), ("Venus", 0.72), ("Earth", 1.0)]


def handler(query: trunkline.Query) -> object:
    if "planets" in query.sql:
        return PLANETS, [("name", "text"), ("distance", "float8")]
    raise trunkline.Error("42P01", "there are only planets", hint="Try: select * from planets")


if __name__ == "__main__":
    trunkline.serve(handler, f"127.0.0.1:{sys.argv[1]}")
