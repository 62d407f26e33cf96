"""How long 10,000 tables of five columns take to come into a `trunkline.Catalog`, and twice and four times as many.

    python bench/python/catalog.py
"""

import time

import trunkline

COLUMNS = [("id", "int8"), ("name", "text"), ("at", "timestamptz"), ("price", "numeric(10,2)"), ("ok", "bool")]


def seconds(count: int) -> float:
    start = time.perf_counter()
    catalog = trunkline.Catalog()
    for number in range(count):
        catalog.table(f"t{number}", COLUMNS, primary_key=["id"])
    taken = time.perf_counter() - start
    assert len(catalog.tables()) == count
    return taken


if __name__ == "__main__":
    for count in (10_000, 20_000, 40_000):
        print(f"{count:6} tables: {seconds(count):.3f} s")
