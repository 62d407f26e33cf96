"""Give any program, file or engine a PostgreSQL face.

The smallest server::

    import trunkline

    def handler(query: trunkline.Query) -> trunkline.Result:
        return trunkline.Result([(query.sql, len(query.params))], ["you_said", "params"])

    with trunkline.Server(handler, "127.0.0.1:0") as server:
        print(server.dsn)
"""

from trunkline import errors
from trunkline._serve import serve
from trunkline._server import Server
from trunkline._trunkline import Catalog, Connection, Login, Query, Result, __version__
from trunkline.errors import Error

__all__ = [
    "Catalog",
    "Connection",
    "Error",
    "Login",
    "Query",
    "Result",
    "Server",
    "__version__",
    "errors",
    "serve",
]
