"""Give any program, file or engine a PostgreSQL face.

The smallest server::

    import trunkline

    def handler(query: trunkline.Query) -> trunkline.Result:
        return trunkline.Result([(query.sql, len(query.params))], ["you_said", "params"])

    with trunkline.Server(handler, "127.0.0.1:0") as server:
        print(server.dsn)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from trunkline._trunkline import Catalog, Connection, Copy, Login, Query, Result, __version__

if TYPE_CHECKING:
    from trunkline import errors
    from trunkline._limits import Limits
    from trunkline._serve import serve
    from trunkline._server import Server
    from trunkline.errors import Error
    from trunkline.tables import Tables

__all__ = [
    "Catalog",
    "Connection",
    "Copy",
    "Error",
    "Limits",
    "Login",
    "Query",
    "Result",
    "Server",
    "Tables",
    "__version__",
    "errors",
    "serve",
]

# Whoever wants only the codec or the parser does not import the server.
_LATER = {
    "Error": "trunkline.errors",
    "Limits": "trunkline._limits",
    "Server": "trunkline._server",
    "Tables": "trunkline.tables",
    "serve": "trunkline._serve",
}


def __getattr__(name: str) -> Any:
    if name == "errors":
        return importlib.import_module("trunkline.errors")
    if name in _LATER:
        return getattr(importlib.import_module(_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
