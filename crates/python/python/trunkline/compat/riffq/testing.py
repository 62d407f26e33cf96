"""For tests of servers that run in processes of their own; needs psycopg."""

from __future__ import annotations

import time
from multiprocessing.process import BaseProcess
from typing import Any

import psycopg


def stop_server(proc: BaseProcess, grace: float = 2.0) -> None:
    """Asks a process to end, and ends it if it has not within so many seconds."""
    proc.terminate()
    proc.join(grace)
    if proc.is_alive():
        proc.kill()
        proc.join()


def wait_for_catalog(
    port: int,
    database: str,
    probe_sql: str,
    expected_value: Any,
    user: str = "user",
    password: str | None = None,
    attempts: int = 300,
) -> float:
    """Asks a server on this machine, every tenth of a second, until its first answer is as expected; how long that took, in seconds.

    Raises RuntimeError when it has asked often enough.
    """
    start = time.monotonic()
    last: object = "nothing was asked"
    for _ in range(attempts):
        try:
            with psycopg.connect(
                host="127.0.0.1", port=port, dbname=database, user=user, password=password, autocommit=True
            ) as connection:
                row = connection.execute(probe_sql.encode()).fetchone()
            last = row and row[0]
            if last == expected_value:
                return time.monotonic() - start
        except psycopg.Error as failed:
            last = failed
        time.sleep(0.1)
    raise RuntimeError(f"port {port}, database {database}: {probe_sql} was not {expected_value!r} {attempts} times; last: {last}")
