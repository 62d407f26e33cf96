"""Limits of a server, and what it logs of those who meet them."""

from __future__ import annotations

import logging
import re
import threading
from pathlib import Path
from typing import Any, get_type_hints

import psycopg
import pytest

import trunkline

ROOT = Path(__file__).parents[4]


def one(query: trunkline.Query) -> Any:
    return [{"one": 1}]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"guesses": "many"}, TypeError),
        ({"no_such": 1}, TypeError),
        ({"statements": -1}, OverflowError),
        ({"idle_session_timeout": float("nan")}, ValueError),
        ({"idle_session_timeout": -1}, ValueError),
    ],
)
def test_what_is_no_limit_is_refused(given: Any, told: type[Exception]) -> None:
    with pytest.raises(told):
        trunkline.Server(one, "127.0.0.1:0", limits=given).start()


def test_every_limit_of_the_documentation_can_be_set() -> None:
    table = (ROOT / "docs/limits.md").read_text().split("## ")[0]
    # For these the server has arguments; timeouts have the names of PostgreSQL's settings.
    arguments = {"connections", "login", "drain", "message", "timeouts", "max_timeouts"}
    named = {name for line in table.splitlines() for name in re.findall(r"^\| `(\w+)`", line)}
    known = set(get_type_hints(trunkline.Limits))
    assert {name for name in known if not name.endswith("_timeout")} | {"tcp_user_timeout"} == named - arguments


def test_every_limit_that_is_typed_is_taken() -> None:
    values: Any = {name: 1 for name in get_type_hints(trunkline.Limits)} | {"admins": ["ann"], "connections_per_user": None}
    with trunkline.Server(one, "127.0.0.1:0", limits=values):
        pass


def test_statements_are_limited() -> None:
    with trunkline.Server(one, "127.0.0.1:0", limits={"statements": 1}) as server:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("prepare a as select 1")
            with pytest.raises(psycopg.errors.ConfigurationLimitExceeded):
                connection.execute("prepare b as select 1")


def test_idle_sessions_are_ended() -> None:
    with trunkline.Server(one, "127.0.0.1:0", limits={"idle_session_timeout": 0.2}) as server:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            assert connection.execute("show idle_session_timeout").fetchone() == ("200ms",)
            # Only the server's end of the connection ends this.
            with pytest.raises(psycopg.OperationalError):
                for _ in connection.notifies(timeout=30):
                    pass


class Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []
        self.came = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
        self.came.set()


@pytest.fixture
def heard() -> Any:
    handler = Heard()
    logger = logging.getLogger("trunkline")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


def test_the_logger_hears_of_refused_logins(heard: Heard) -> None:
    with trunkline.Server(one, "127.0.0.1:0", users={"ann": "right"}) as server:
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.dsn, password="wrong")
        assert heard.came.wait(30)
    record = heard.records[0]
    assert (record.name, record.levelno) == ("trunkline", logging.WARNING)
    assert re.match(r"login refused address=.*127\.0\.0\.1.*ann", record.getMessage()), record.getMessage()


def test_the_level_of_the_logger_counts(heard: Heard) -> None:
    logger = logging.getLogger("trunkline")
    logger.setLevel(logging.ERROR)
    with trunkline.Server(one, "127.0.0.1:0", users={"ann": "right"}) as server:
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.dsn, password="wrong")
        logger.setLevel(logging.DEBUG)
        server.reload()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.dsn, password="wrong", user="bob")
        assert heard.came.wait(30)
    assert "ann" not in "".join(record.getMessage() for record in heard.records)
