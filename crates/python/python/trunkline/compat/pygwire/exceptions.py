"""The exceptions of pygwire. Nothing else is raised for what a peer sent."""

from __future__ import annotations

__all__ = ["DecodingError", "FramingError", "ProtocolError", "PygwireError", "StateMachineError"]


class PygwireError(Exception):
    """The base of them all."""


class ProtocolError(PygwireError):
    """Somebody broke the protocol."""


class FramingError(ProtocolError):
    """A length or a type byte cannot be believed."""


class DecodingError(ProtocolError):
    """What is in a message cannot be read."""


class StateMachineError(ProtocolError):
    """A message must not be sent, or come, in this phase."""
