"""Catalogs of many tables."""

from __future__ import annotations

import subprocess

import trunkline

COUNT = 10_000
COLUMNS = [("id", "int8"), ("name", "text"), ("at", "timestamptz"), ("price", "numeric(10,2)"), ("ok", "bool")]


def test_psql_lists_ten_thousand_tables(serve):
    catalog = trunkline.Catalog()
    for number in range(COUNT):
        catalog.table(f"t{number}", COLUMNS, primary_key=["id"])
    server = serve(lambda query: None, catalog=catalog)
    asked = ["-c", "\\dt", "-c", "\\d t9999"]
    shown = subprocess.run(["psql", "-X", "-At", server.dsn, *asked], capture_output=True, text=True, timeout=60).stdout.splitlines()
    assert {line.split("|")[1] for line in shown[:COUNT]} == {f"t{number}" for number in range(COUNT)}
    assert shown[COUNT] == "id|bigint||not null|" and len(shown) == COUNT + len(COLUMNS)


def test_a_table_that_comes_again_takes_the_place_of_its_own(serve, connect):
    catalog = trunkline.Catalog()
    for turn in range(3):
        for number in range(100):
            catalog.table(f"t{number}", [(f"c{turn}", "int4")], schema=f"s{number % 7}")
    server = serve(lambda query: None, catalog=catalog)
    columns = "select count(*), min(column_name) from information_schema.columns where table_schema like 's_'"
    assert connect(server).execute(columns).fetchone() == (100, "c2")
    assert len(catalog.tables()) == 100
    assert all(catalog.drop(f"t{number}", schema=f"s{number % 7}") for number in range(100)) and catalog.tables() == []
