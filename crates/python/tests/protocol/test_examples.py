"""The examples of the codec, with clients and servers of others."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import psycopg
import pytest
from client import SERVERS

ROOT = pathlib.Path(__file__).parents[4]
EXAMPLES = ROOT / "examples" / "python"


def test_psycopg_and_psql_against_the_server_over_sockets():
    program = [sys.executable, str(EXAMPLES / "codec_sockets.py"), "0"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as server:
        try:
            port = server.stdout.readline().split()[-1]
            url = f"postgresql://alice@127.0.0.1:{port}/db?sslmode=prefer"
            with psycopg.connect(url, cursor_factory=psycopg.ClientCursor) as connection:
                connection.autocommit = True
                rows = connection.execute("select * from cities").fetchall()
            assert rows == [("Lisbon", 545000), ("Oslo", 709000), ("Atlantis", None)]
            with psycopg.connect(url, autocommit=True) as connection:
                with pytest.raises(psycopg.errors.FeatureNotSupported):
                    connection.execute("select %s", [1])
            psql = ["psql", "-X", "-At", url, "-c", "select"]
            done = subprocess.run(psql, capture_output=True, text=True, check=True, timeout=30)
            assert done.stdout == "Lisbon|545000\nOslo|709000\nAtlantis|\n"
        finally:
            server.terminate()


@pytest.mark.parametrize("server", SERVERS)
def test_the_client_over_asyncio_against_postgresql(server):
    program = [sys.executable, str(EXAMPLES / "codec_asyncio.py"), *server.split(":")]
    for sql, out in [("select 1, null, 'é'", "1\t\té\n"), ("select wrong", "")]:
        command = [*program, "postgres", "postgres", sql]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
        assert done.stdout == out
        assert ("42703" in done.stderr) == (out == "")


def test_examples_are_short():
    for path in EXAMPLES.glob("codec_*.py"):
        assert len(path.read_text().splitlines()) <= 80, path


def test_the_import_starts_no_thread():
    program = "import os, trunkline.protocol; print(len(os.listdir('/proc/self/task')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
