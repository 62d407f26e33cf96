"""An object for each connection."""

from __future__ import annotations

from typing import Any

from trunkline.compat.postgres_proto.flow import PostgresServerFlowMixin


class BasePostgresStreamRequestHandler(PostgresServerFlowMixin):
    """One client; subclasses decide of its login and execute its queries.

    `setup` is called when it is made, before the login; `finish` when the client is gone. ``request`` is None: the
    socket is trunkline's.
    """

    #: (3, 0); the minor version is trunkline's concern.
    version = (3, 0)

    def __init__(self, request: object, client_address: Any, server: Any) -> None:
        self.request = request
        self.client_address = client_address
        self.server = server
        self.startup_params: dict[str, str] = {}
        #: What `authenticate` has returned; None before.
        self.user: Any = None
        self.setup()

    def setup(self) -> None:
        """Called first."""

    def finish(self) -> None:
        """Called last."""
