"""The registries of pygwire: which class a type byte, a code or an answer stands for.

What is registered is found by `lookup`; the decoders know the protocol's own messages, and no others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from trunkline.compat.pygwire.constants import ConnectionPhase, MessageDirection
from trunkline.compat.pygwire.messages import _auth, _query, _session, _special
from trunkline.compat.pygwire.messages._base import Authentication, PGMessage

_C = TypeVar("_C", bound=type[PGMessage])


class StandardMessageRegistry:
    """Messages by type byte, direction and phase."""

    def __init__(self) -> None:
        self._classes: dict[
            tuple[bytes, ConnectionPhase | None, MessageDirection], type[PGMessage]
        ] = {}

    def register(
        self,
        identifier: bytes,
        direction: MessageDirection,
        phases: frozenset[ConnectionPhase] | None = None,
    ) -> Callable[[_C], _C]:
        """Registers a class; without phases for all of them."""

        def decorator(cls: _C) -> _C:
            for phase in phases or (None,):
                self._classes[identifier, phase, direction] = cls
            return cls

        return decorator

    def lookup(
        self, identifier: bytes, phase: ConnectionPhase, direction: MessageDirection
    ) -> type[PGMessage] | None:
        """The class of the phase, or of all phases."""
        found = self._classes.get((identifier, phase, direction))
        return found or self._classes.get((identifier, None, direction))


class StartupMessageRegistry:
    """Packets by their code."""

    def __init__(self) -> None:
        self._classes: dict[int, type[PGMessage]] = {}

    def register(self, request_code: int) -> Callable[[_C], _C]:
        """Registers a class."""

        def decorator(cls: _C) -> _C:
            self._classes[request_code] = cls
            return cls

        return decorator

    def lookup(self, request_code: int) -> type[PGMessage] | None:
        """The class of a code."""
        return self._classes.get(request_code)


class NegotiationMessageRegistry:
    """Answers by byte and phase."""

    def __init__(self) -> None:
        self._classes: dict[tuple[bytes, ConnectionPhase], type[PGMessage]] = {}

    def register(self, byte_value: bytes, phase: ConnectionPhase) -> Callable[[_C], _C]:
        """Registers a class."""

        def decorator(cls: _C) -> _C:
            self._classes[byte_value, phase] = cls
            return cls

        return decorator

    def lookup(self, byte_value: bytes, phase: ConnectionPhase) -> type[PGMessage] | None:
        """The class of a byte in a phase."""
        return self._classes.get((byte_value, phase))


STANDARD_REGISTRY = StandardMessageRegistry()
STARTUP_REGISTRY = StartupMessageRegistry()
NEGOTIATION_REGISTRY = NegotiationMessageRegistry()

_P, _F, _B = ConnectionPhase, MessageDirection.FRONTEND, MessageDirection.BACKEND

for _module in (_query, _session, _special):
    for _name in _module.__all__:
        _class = getattr(_module, _name)
        if not getattr(_class, "identifier", b"") or _class.identifier == b"p":
            continue
        for _side, _base in ((_F, "FrontendMessage"), (_B, "BackendMessage")):
            if any(base.__name__ == _base for base in _class.__mro__):
                STANDARD_REGISTRY.register(_class.identifier, _side)(_class)
STANDARD_REGISTRY.register(b"R", _B)(Authentication)
for _phase, _class in (
    (_P.AUTHENTICATING, _special.PasswordMessage),
    (_P.AUTHENTICATING_SASL_INITIAL, _special.SASLInitialResponse),
    (_P.AUTHENTICATING_SASL_CONTINUE, _auth.SASLResponse),
):
    STANDARD_REGISTRY.register(b"p", _F, frozenset({_phase}))(_class)
for _code, _class in (
    (0x00030000, _special.StartupMessage),
    (0x00030002, _special.StartupMessage),
    (80877103, _special.SSLRequest),
    (80877104, _special.GSSEncRequest),
    (80877102, _special.CancelRequest),
):
    STARTUP_REGISTRY.register(_code)(_class)
for _byte, _phase, _class in (
    (b"S", _P.SSL_NEGOTIATION, _special.SSLResponse),
    (b"N", _P.SSL_NEGOTIATION, _special.SSLResponse),
    (b"G", _P.GSS_NEGOTIATION, _special.GSSResponse),
    (b"N", _P.GSS_NEGOTIATION, _special.GSSResponse),
):
    NEGOTIATION_REGISTRY.register(_byte, _phase)(_class)
