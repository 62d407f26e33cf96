"""``python -m trunkline``: serves a handler of a module, or a DuckDB file."""

from __future__ import annotations

import argparse
import atexit
import importlib
import logging
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

from trunkline._serve import run
from trunkline._server import Server
from trunkline.errors import Error


def main(words: list[str] | None = None) -> int:
    """Serves until a signal says to stop; 2 for wrong flags, 1 for what fails."""
    parser = argparse.ArgumentParser(
        prog="python -m trunkline",
        description="Serve a Python handler, or a DuckDB file, to everything that speaks PostgreSQL.",
        epilog="A handler is MODULE:NAME, looked for from this folder on; duckdb FILE serves a DuckDB file.",
    )
    parser.add_argument("what", metavar="MODULE:NAME | duckdb", help="what to serve")
    parser.add_argument("file", nargs="?", help="the DuckDB file; in memory without one")
    parser.add_argument("--listen", action="append", metavar="HOST:PORT", help="where; a folder for its Unix socket [127.0.0.1:5432]")
    parser.add_argument("--user", action="append", default=[], metavar="NAME", help="who may come in; the password is in TRUNKLINE_PASSWORD")
    parser.add_argument("--users-file", metavar="FILE", help="users and secrets, as PgBouncer's userlist.txt")
    parser.add_argument("--hba", metavar="FILE", help="rules, as pg_hba.conf")
    parser.add_argument("--tls-cert", metavar="FILE", help="the certificate, PEM")
    parser.add_argument("--tls-key", metavar="FILE", help="its key, PEM")
    parser.add_argument("--tls-required", action="store_true", help="refuse clients without TLS")
    parser.add_argument("--insecure-listen", action="store_true", help="let a public address do without users or TLS")
    parser.add_argument("--max-connections", type=int, default=100, metavar="N", help="clients at once [100]")
    parser.add_argument("--threads", type=int, metavar="N", help="threads for handlers")
    parser.add_argument("--thread", choices=("pool", "connection"), default="pool", help="whose threads handlers run on")
    parser.add_argument("--reload", action="store_true", help="start anew when a file of the program changes")
    parser.add_argument("--read-only", action="store_true", help="duckdb: nobody changes anything")
    parser.add_argument("--init", action="append", default=[], metavar="SQL", help="duckdb: runs at the start")
    said = parser.parse_args(words)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    if said.what != "duckdb" and (said.file or said.read_only or said.init):
        parser.error("a file, --read-only and --init are for duckdb")
    if bool(said.tls_cert) != bool(said.tls_key):
        parser.error("TLS needs both --tls-cert and --tls-key")
    password = os.environ.get("TRUNKLINE_PASSWORD")
    if said.user and password is None:
        parser.error("--user needs a password in the environment: TRUNKLINE_PASSWORD")
    before = _files() if said.reload else {}
    try:
        handler, options = _handler(parser, said)
        server = Server(
            handler,
            said.listen or "127.0.0.1:5432",
            users={name: password or "" for name in said.user} or None,
            users_file=said.users_file,
            hba=Path(said.hba).read_text() if said.hba else None,
            tls=(said.tls_cert, said.tls_key) if said.tls_cert else None,
            require_tls=said.tls_required,
            insecure=said.insecure_listen,
            max_connections=said.max_connections,
            threads=said.threads,
            thread=said.thread,
            **options,
        )
        if said.reload:
            _watch()
        run(server, started=lambda: print(f"listening: psql '{server.dsn}'", flush=True))
    except Exception as failed:
        if said.reload:
            traceback.print_exc()
            _await_change(failed, before)
        if not isinstance(failed, (OSError, ValueError, TypeError, Error)):
            raise
        print(f"trunkline: {failed}", file=sys.stderr)
        return 1
    return 0


def _handler(parser: argparse.ArgumentParser, said: argparse.Namespace) -> tuple[Any, dict[str, Any]]:
    if said.what == "duckdb":
        try:
            from trunkline.duckdb import DuckDB
        except ModuleNotFoundError:
            parser.error("duckdb is not installed: pip install duckdb")
        db = DuckDB(said.file or ":memory:", read_only=said.read_only, init=said.init)
        return db, {}
    module, _, name = said.what.partition(":")
    if not (module and name):
        parser.error(f"say MODULE:NAME, not {said.what}")
    sys.path.insert(0, os.getcwd())
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as failed:
        if said.reload:
            raise
        parser.error(f"{said.what}: {failed}")
    return found, {}


def _files(failed: BaseException | None = None) -> dict[Path, float]:
    """What a program is made of and when it changed, but for installed packages; likewise what has failed to be imported."""
    here = Path.cwd()
    names = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    names += map(str, here.glob("*.py"))
    if failed is not None:
        names += [frame.filename for frame in traceback.extract_tb(failed.__traceback__)]
        names.append(getattr(failed, "filename", None))
    paths = {Path(name) for name in names if isinstance(name, str)}
    return {path: path.stat().st_mtime for path in paths if path.is_relative_to(here) and path.exists()}


def _await_change(failed: BaseException, before: dict[Path, float]) -> None:
    """Starts the program anew when what has failed is not what it was before."""
    seen = _files(failed) | before
    while _files(failed) == seen:
        time.sleep(0.3)
    _start_anew()


def _start_anew() -> None:
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def _watch() -> None:
    """Starts the program anew when a file changes that it was made of."""
    seen = _files()
    changed = threading.Event()

    def watch() -> None:
        while True:
            time.sleep(0.3)
            now = _files()
            if any(now.get(path) != changed_at for path, changed_at in seen.items()):
                changed.set()
                os.kill(os.getpid(), signal.SIGTERM)
                return

    def anew() -> None:
        if changed.is_set():
            _start_anew()

    atexit.register(anew)
    threading.Thread(target=watch, name="trunkline-reload", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
