"""Programs for riffq, by ``import trunkline.compat.riffq as riffq``.

The names and the callbacks are riffq's. What differs, and is the safer of the two:

- A handler that raises, answers in no known form, or drops its callback without a word, is an ERROR XX000 and logged; in riffq
  its client gets an empty result, as if all were well.
- Parameters of every type and in both formats reach ``query_args``, and literals keep their case.
- The rows of ``(schema, rows)`` keep their types; in riffq all of them are texts, and what is no text is NULL.
- Queries run on a pool of threads, and results are sent while they are made. Each connection still has one query at a time.
- A query is asked once: ``do_describe`` is True only where a client wants to know the columns before it sends parameters.
- Passwords are asked for over TLS, or on a loopback address; ``start(tls=True)`` without a certificate is an error.
- ``start()`` may be left by ``Server.stop()`` from another thread, and port 0 is any free one: ``Server.port``.
"""

from trunkline.compat.riffq._server import Server
from trunkline.compat.riffq.connection import BaseConnection, RiffqServer

__all__ = ["BaseConnection", "RiffqServer", "Server"]
