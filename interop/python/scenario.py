"""What every Python client shares: where the server is, the list of scenarios, the verdicts."""

import asyncio
import datetime as dt
import inspect
import os
import subprocess
import sys
import time
import traceback
from decimal import Decimal

UTC = dt.timezone.utc

#: Runs for minutes unless it is cancelled.
ENDLESS = (
    "select count(*) from items a cross join items b cross join items c "
    "where sin(a.price) + sin(b.price) + sin(c.price) > 4"
)

#: A result that nobody reads to its end.
FLOOD = "select a.id, b.name, c.name from items a cross join items b cross join items c"

#: A statement, its SQLSTATE, and where PostgreSQL points at (characters, from 1).
ERRORS = [
    ("select * from nowhere", "42P01", 15),
    ("select nonesuch from items", "42703", 8),
    ("select i.nonesuch from items i", "42703", 8),
    ("selec 1", "42601", 1),
    ("select 'é', 1 frm items x y", "42601", 19),
    ("select 1 from", "42601", 14),
    ("select nofunction(1)", "42883", 8),
    ("select 1/0", "22012", None),
    ("select 1 / (id - 1) from items", "22012", None),
    ("select 'a'::int", "22P02", None),
]

ITEMS = "select id, name, price, in_stock, added, updated from items where id in (1, 5, 7) order by id"
ITEM_ROWS = [
    (1, "item 1", 0.25, False, dt.date(2000, 2, 29), dt.datetime(2020, 1, 2, 0, 59, 59)),
    (5, 'naïve, "quoted" № 5', 1.25, False, dt.date(2000, 3, 4), dt.datetime(2020, 1, 2, 4, 59, 59)),
    (7, "item 7", None, None, None, None),
]

LEDGER = (
    "select id, account, branch, amount, share, posted, memo, blob, tags from ledger "
    "where id in (3, 9, 10) order by id"
)
LEDGER_ROWS = [
    (3, 3000009, -97, Decimal("-9629.64"), 0.375, dt.datetime(2024, 3, 3, 12, 0, 0, 123456, UTC),
     "memo 3", b"\x03\x00\xff", ["t0", "t1", "t2"]),
    (9, 9000027, -91, None, None, None, None, None, None),
    (10, 10000030, -90, Decimal("-8765.49"), 1.25, dt.datetime(2024, 3, 10, 12, 0, 0, 123456, UTC),
     "", b"\x0a\x00\xff", ["t0", "t1"]),
]

#: A condition with one parameter, the parameter, and how many rows it leaves.
CONDITIONS = [
    ("items where id = {}", 5, 1),
    ("items where id = {}", 3_000_000_000, 0),
    ("items where id <= {}", 70_000, 1000),
    ("items where name = {}", 'naïve, "quoted" № 5', 1),
    ("items where price > {}", 99.5, 1),
    ("items where in_stock = {}", True, 429),
    ("items where added >= {}", dt.date(2002, 11, 20), 5),
    ("items where updated < {}", dt.datetime(2020, 1, 2, 3, 0, 0), 3),
    ("ledger where amount < {}", Decimal("-9000.00"), 8),
    ("ledger where posted > {}", dt.datetime(2024, 9, 16, 0, 0, 0, tzinfo=UTC), 1),
    ("events where kind = {}", "sale", 17),
]

scenarios = []


def scenario(function):
    """Registers a function, or a coroutine function, under its own name."""
    scenarios.append(function)
    return function


class Skipped(Exception):
    """The server does not claim to have this."""


def server():
    """Where everybody may connect."""
    return {
        "host": os.environ["INTEROP_HOST"],
        "port": int(os.environ["INTEROP_PORT"]),
        "user": os.environ["INTEROP_USER"],
        "database": os.environ["INTEROP_DATABASE"],
    }


def secure_server():
    """Where a password is asked for and TLS is offered."""
    if "INTEROP_SECURE_PORT" not in os.environ:
        raise Skipped("no server with a password")
    return server() | {
        "port": int(os.environ["INTEROP_SECURE_PORT"]),
        "user": os.environ["INTEROP_SECURE_USER"],
        "password": os.environ["INTEROP_PASSWORD"],
    }


def equal(found, expected):
    assert found == expected, f"found {found!r}, expected {expected!r}"


def kill_in_mid_result():
    """Starts this program again, and kills it while it reads the flood."""
    client = subprocess.Popen([sys.executable, sys.argv[0], "flood"], stdout=subprocess.PIPE, text=True)
    line = client.stdout.readline()
    client.kill()
    client.wait()
    equal(line.strip(), "reading")


class Stopwatch:
    """A cancel may come before its query has begun: it is sent again until the query ends."""

    def __init__(self):
        self.cancelled = None

    def mark(self):
        self.cancelled = time.monotonic()

    def check(self):
        assert self.cancelled, "the query ended before it was cancelled"
        took = time.monotonic() - self.cancelled
        assert took < 1, f"the query ended {took:.1f} s after the cancel"


def main(flood=None):
    """Runs all scenarios, or those named; one line for each; fails if one does."""
    if sys.argv[1:] == ["flood"]:
        return flood()
    failed = False
    for function in scenarios:
        name = function.__name__
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        try:
            if inspect.iscoroutinefunction(function):
                asyncio.run(asyncio.wait_for(function(), 60))
            else:
                function()
            print("ok", name, flush=True)
        except Skipped as why:
            print(f"skip {name}: {why}", flush=True)
        except Exception as error:
            failed = True
            told = " ".join(str(error).split()) or type(error).__name__
            print(f"FAIL {name}: {told}", flush=True)
            traceback.print_exc(file=sys.stderr)
    sys.exit(failed)
