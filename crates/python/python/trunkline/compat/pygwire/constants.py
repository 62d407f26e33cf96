"""The constants of pygwire."""

from __future__ import annotations

from enum import Enum, IntEnum, auto

__all__ = ["ConnectionPhase", "MessageDirection", "StartupRequestCode", "TransactionStatus"]


class MessageDirection(str, Enum):
    """Who sends a message."""

    FRONTEND = "frontend"
    BACKEND = "backend"

    def __str__(self) -> str:
        return self.value


class ConnectionPhase(Enum):
    """Where a connection stands, as pygwire tells it."""

    STARTUP = auto()
    SSL_NEGOTIATION = auto()
    GSS_NEGOTIATION = auto()
    AUTHENTICATING = auto()
    AUTHENTICATING_SASL_INITIAL = auto()
    AUTHENTICATING_SASL_CONTINUE = auto()
    INITIALIZATION = auto()
    READY = auto()
    SIMPLE_QUERY = auto()
    EXTENDED_QUERY = auto()
    COPY_IN = auto()
    COPY_OUT = auto()
    FUNCTION_CALL = auto()
    TERMINATED = auto()
    FAILED = auto()


class StartupRequestCode(IntEnum):
    """What the first four bytes of a startup packet may be."""

    V3_0 = 0x00030000
    V3_2 = 0x00030002
    SSL_REQUEST = 80877103
    CANCEL_REQUEST = 80877102
    GSSENC_REQUEST = 80877104


class TransactionStatus(str, Enum):
    """What ReadyForQuery tells of the transaction."""

    IDLE = "I"
    IN_TRANSACTION = "T"
    ERROR_TRANSACTION = "E"

    def __str__(self) -> str:
        return self.value
