"""Programs for postgres_proto, by ``from trunkline.compat.postgres_proto.socket_handler import PostgresRequestHandler``.

The names and the methods to override are postgres_proto's. What differs, and is the safer of the two:

- A parameter reaches ``execute_query`` as a constant, quoted, and never as SQL.
- What is selected and not there is an error, not an empty text; values keep their types, and NULL stays NULL.
- Any exception is an ERROR for the client, which stays connected, and is logged.
- Clients see the tables of `list_tables` in the whole of PostgreSQL's catalogs, and not in three views.
- It listens on 127.0.0.1 if it is not told where; a public address wants logins and TLS, or ``insecure=True``.
- The socket and its messages are Rust's: there is no ``PostgresStream``, and no ``@pgcommand``.
"""
