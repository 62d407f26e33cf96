"""The state machines of pygwire, over the rules of `trunkline.protocol`."""

from __future__ import annotations

from typing import Any

from trunkline import protocol
from trunkline.compat.pygwire.constants import ConnectionPhase
from trunkline.compat.pygwire.exceptions import DecodingError, FramingError, StateMachineError
from trunkline.compat.pygwire.messages import PGMessage

__all__ = ["BackendStateMachine", "FrontendStateMachine"]

_C = ConnectionPhase
_P = protocol.Phase

#: What pygwire calls a phase; those that it does not know are missing.
_NAMES = {
    _P.STARTUP: _C.STARTUP,
    _P.SSL_NEGOTIATION: _C.SSL_NEGOTIATION,
    _P.GSS_NEGOTIATION: _C.GSS_NEGOTIATION,
    _P.PASSWORD: _C.AUTHENTICATING,
    _P.GSS: _C.AUTHENTICATING,
    _P.SASL_INITIAL: _C.AUTHENTICATING_SASL_INITIAL,
    _P.SASL: _C.AUTHENTICATING_SASL_CONTINUE,
    _P.STARTING: _C.INITIALIZATION,
    _P.IDLE: _C.READY,
    _P.QUERY: _C.SIMPLE_QUERY,
    _P.FUNCTION_CALL: _C.FUNCTION_CALL,
    _P.EXTENDED: _C.EXTENDED_QUERY,
    _P.SKIPPING: _C.EXTENDED_QUERY,
    _P.COPY_IN: _C.COPY_IN,
    _P.COPY_OUT: _C.COPY_OUT,
    _P.COPY_BOTH: _C.COPY_OUT,
}

_USER = protocol.StartupMessage({"user": ""})

#: What has passed when a connection stands in a phase: what it sends in turn.
_BEFORE: dict[ConnectionPhase, tuple[protocol.Message, ...]] = {
    _C.STARTUP: (),
    _C.SSL_NEGOTIATION: (protocol.SSLRequest(),),
    _C.GSS_NEGOTIATION: (protocol.GSSENCRequest(),),
    _C.AUTHENTICATING: (_USER, protocol.AuthenticationCleartextPassword()),
    _C.AUTHENTICATING_SASL_INITIAL: (_USER, protocol.AuthenticationSASL(["SCRAM-SHA-256"])),
    _C.AUTHENTICATING_SASL_CONTINUE: (
        _USER,
        protocol.AuthenticationSASL(["SCRAM-SHA-256"]),
        protocol.SASLInitialResponse("SCRAM-SHA-256"),
        protocol.AuthenticationSASLContinue(b""),
    ),
    _C.INITIALIZATION: (_USER, protocol.AuthenticationOk()),
    _C.READY: (),
    _C.SIMPLE_QUERY: (protocol.Query(""),),
    _C.EXTENDED_QUERY: (protocol.Parse(), protocol.ParseComplete()),
    _C.COPY_IN: (protocol.Query(""), protocol.CopyInResponse()),
    _C.COPY_OUT: (protocol.Query(""), protocol.CopyOutResponse()),
    _C.FUNCTION_CALL: (protocol.FunctionCall(0),),
    _C.TERMINATED: (protocol.Terminate(),),
    _C.FAILED: (protocol.Terminate(),),
}
_LOGGED_IN = {phase for phase, before in _BEFORE.items() if before and before[0] != _USER} | {
    _C.READY
}
_LOGGED_IN -= {_C.SSL_NEGOTIATION, _C.GSS_NEGOTIATION}

_EXTENDED = (protocol.Bind, protocol.Close, protocol.Describe, protocol.Execute, protocol.Parse)


class Tracker:
    """A connection of ours, and what pygwire tells of it."""

    def __init__(self, is_backend: bool, phase: ConnectionPhase, strict: bool) -> None:
        make = protocol.Backend if is_backend else protocol.Frontend
        self.connection: protocol.Connection = make(strict=strict, logged_in=phase in _LOGGED_IN)
        self.phase = phase
        self.pending_syncs = 0
        self._in_batch = False
        for message in _BEFORE[phase]:
            try:
                self.connection.send(message)
            except protocol.LocalProtocolError:
                list(self.connection.receive(message.to_wire()))

    def passed(self, message: protocol.Message) -> None:
        """A message has passed: where the connection stands now."""
        if isinstance(message, _EXTENDED) and not self._in_batch:
            self._in_batch, self.pending_syncs = True, self.pending_syncs + 1
        elif isinstance(message, protocol.Sync):
            self.pending_syncs += not self._in_batch
            self._in_batch = False
        elif isinstance(message, protocol.ReadyForQuery):
            self.pending_syncs = max(0, self.pending_syncs - 1)
        ours = self.connection.phase
        if ours in _NAMES:
            self.phase = _NAMES[ours]
        elif ours == _P.CLOSED:
            is_error = isinstance(message, protocol.ErrorResponse)
            if not isinstance(message, protocol.CancelRequest):
                self.phase = _C.FAILED if is_error else _C.TERMINATED
        elif isinstance(message, protocol.AuthenticationSASLFinal):
            self.phase = _C.AUTHENTICATING
        elif isinstance(message, protocol.Sync):
            self.phase = _C.EXTENDED_QUERY
        elif self.phase in (_C.FUNCTION_CALL, _C.COPY_IN, _C.COPY_OUT):
            self.phase = _C.SIMPLE_QUERY
        if self.phase is _C.READY:
            self.pending_syncs = 0

    def send(self, message: protocol.Message) -> bytes:
        """The bytes of a message of ours."""
        try:
            wire = self.connection.send(message)
        except protocol.LocalProtocolError as error:
            name, phase = type(message).__name__, self.phase.name
            raise StateMachineError(f"Cannot send {name} in phase {phase}; {error}") from error
        self.passed(message)
        return wire

    def failed(self, error: protocol.RemoteProtocolError) -> Exception:
        """What pygwire raises for an error of the peer."""
        if error.fatal and self.connection.phase == _P.CLOSED:
            self.phase = _C.FAILED
        if "must not come" in str(error):
            return StateMachineError(f"Cannot receive it: {error}")
        is_framing = error.reply is None or "message type" in str(error)
        return FramingError(str(error)) if is_framing else DecodingError(str(error))


class _StateMachine:
    """The rules without the bytes."""

    _is_backend = False

    def __init__(self, phase: ConnectionPhase = ConnectionPhase.STARTUP) -> None:
        self._tracker = Tracker(self._is_backend, phase, strict=True)

    def send(self, msg: PGMessage) -> None:
        """A message is sent; a StateMachineError if it must not be."""
        self._tracker.send(msg.to_ours())

    def receive(self, msg: PGMessage) -> None:
        """A message has come; a StateMachineError if it must not."""
        tracker = self._tracker
        messages: list[Any] = []
        try:
            messages = list(tracker.connection.receive(msg.to_wire()))
        except protocol.RemoteProtocolError as error:
            raise tracker.failed(error) from error
        for message in messages:
            tracker.passed(message)

    @property
    def phase(self) -> ConnectionPhase:
        """Where the connection stands."""
        return self._tracker.phase

    @property
    def is_ready(self) -> bool:
        """Whether a query may be sent."""
        return self.phase is ConnectionPhase.READY

    @property
    def is_active(self) -> bool:
        """Whether the connection is not over."""
        return self.phase not in (ConnectionPhase.TERMINATED, ConnectionPhase.FAILED)

    @property
    def pending_syncs(self) -> int:
        """How many Syncs are not answered; a batch that is begun counts."""
        return self._tracker.pending_syncs


class FrontendStateMachine(_StateMachine):
    """The client's side."""


class BackendStateMachine(_StateMachine):
    """The server's side."""

    _is_backend = True
