"""The connections of pygwire, over those of `trunkline.protocol`."""

from __future__ import annotations

from collections.abc import Iterator

from trunkline import protocol
from trunkline.compat.pygwire.constants import ConnectionPhase
from trunkline.compat.pygwire.messages import PGMessage
from trunkline.compat.pygwire.messages._base import from_ours
from trunkline.compat.pygwire.state_machine import Tracker

__all__ = ["BackendConnection", "Connection", "FrontendConnection"]


class Connection:
    """The base of both sides: `on_send` and `on_receive` may be overridden."""

    _is_backend: bool

    def __init__(
        self, *, initial_phase: ConnectionPhase = ConnectionPhase.STARTUP, strict: bool = True
    ) -> None:
        if not hasattr(self, "_is_backend"):
            raise TypeError("use FrontendConnection or BackendConnection")
        self._tracker = Tracker(self._is_backend, initial_phase, strict)

    def send(self, msg: PGMessage) -> bytes:
        """The bytes of a message; a StateMachineError if it must not be sent."""
        data = self._tracker.send(msg.to_ours())
        self.on_send(data)
        return data

    def receive(self, data: bytes) -> Iterator[PGMessage]:
        """The messages that are complete. What has come is kept at once, not when they are asked for."""
        return self._messages(self._tracker.connection.receive(data))

    def _messages(self, received: Iterator[protocol.Message]) -> Iterator[PGMessage]:
        while True:
            try:
                message = next(received, None)
            except protocol.RemoteProtocolError as error:
                raise self._tracker.failed(error) from error
            if message is None:
                return
            self._tracker.passed(message)
            wrapped = from_ours(message)
            self.on_receive(wrapped)
            yield wrapped

    def on_send(self, data: bytes) -> None:
        """Called with what is to be sent."""

    def on_receive(self, msg: PGMessage) -> None:
        """Called with what has come."""

    @property
    def phase(self) -> ConnectionPhase:
        """Where the connection stands."""
        return self._tracker.phase

    @property
    def is_active(self) -> bool:
        """Whether the connection is not over."""
        return self.phase not in (ConnectionPhase.TERMINATED, ConnectionPhase.FAILED)

    @property
    def is_ready(self) -> bool:
        """Whether a query may be sent."""
        return self.phase is ConnectionPhase.READY

    @property
    def pending_syncs(self) -> int:
        """How many Syncs are not answered; a batch that is begun counts."""
        return self._tracker.pending_syncs


class FrontendConnection(Connection):
    """The client's side."""

    _is_backend = False


class BackendConnection(Connection):
    """The server's side."""

    _is_backend = True
