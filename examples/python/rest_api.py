"""A REST API that answers in JSON, as tables: each statement asks for what it names, and no more.

    python examples/python/rest_api.py 5432 https://jsonplaceholder.typicode.com users posts comments
    psql "host=127.0.0.1 user=me dbname=me" -c "select id, title from posts where \\"userId\\" = 1 limit 3"
"""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable

import trunkline

BASE, *RESOURCES = sys.argv[2:]

Rows = list[dict[str, object]]


def resource(name: str) -> Callable[[], Rows]:
    def fetch() -> Rows:
        try:
            with urllib.request.urlopen(f"{BASE}/{name}", timeout=10) as response:
                found = json.load(response)
        except (urllib.error.URLError, ValueError) as raised:
            # 58030 is PostgreSQL's io_error.
            raise trunkline.Error("58030", f"{name} cannot be fetched: {raised}") from raised
        return found if isinstance(found, list) else [found]

    return fetch


if __name__ == "__main__":
    tables = trunkline.Tables({name: resource(name) for name in RESOURCES})
    trunkline.serve(tables, f"127.0.0.1:{sys.argv[1]}")
