"""Authentication."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from trunkline import protocol
from trunkline.compat.pygwire.messages._base import Authentication, FrontendMessage

__all__ = [
    "AuthenticationOk",
    "AuthenticationKerberosV5",
    "AuthenticationCleartextPassword",
    "AuthenticationMD5Password",
    "AuthenticationGSS",
    "AuthenticationGSSContinue",
    "AuthenticationSSPI",
    "AuthenticationSASL",
    "AuthenticationSASLContinue",
    "AuthenticationSASLFinal",
    "SASLResponse",
]


@dataclass
class AuthenticationOk(Authentication):
    """The frontend is let in."""

    identifier: ClassVar[bytes] = b"R"
    _ours: ClassVar[type[protocol.Message]] = protocol.AuthenticationOk


@dataclass
class AuthenticationKerberosV5(Authentication):
    """Kerberos V5 is asked for."""

    identifier: ClassVar[bytes] = b"R"
    _ours: ClassVar[type[protocol.Message]] = protocol.AuthenticationKerberosV5


@dataclass
class AuthenticationCleartextPassword(Authentication):
    """The password is asked for, in clear."""

    identifier: ClassVar[bytes] = b"R"
    _ours: ClassVar[type[protocol.Message]] = protocol.AuthenticationCleartextPassword


@dataclass
class AuthenticationMD5Password(Authentication):
    """The password is asked for, hashed with a salt."""

    identifier: ClassVar[bytes] = b"R"
    _ours: ClassVar[type[protocol.Message]] = protocol.AuthenticationMD5Password
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("salt", "salt"),)

    salt: bytes = b"\0\0\0\0"


@dataclass
class AuthenticationGSS(Authentication):
    """GSSAPI begins."""

    identifier: ClassVar[bytes] = b"R"
    _ours: ClassVar[type[protocol.Message]] = protocol.AuthenticationGSS


@dataclass
class AuthenticationGSSContinue(Authentication):
    """A token of GSSAPI."""

    identifier: ClassVar[bytes] = b"R"
    _ours: ClassVar[type[protocol.Message]] = protocol.AuthenticationGSSContinue
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("data", "data"),)

    data: bytes = b""


@dataclass
class AuthenticationSSPI(Authentication):
    """SSPI begins."""

    identifier: ClassVar[bytes] = b"R"
    _ours: ClassVar[type[protocol.Message]] = protocol.AuthenticationSSPI


@dataclass
class AuthenticationSASL(Authentication):
    """SASL begins."""

    identifier: ClassVar[bytes] = b"R"
    _ours: ClassVar[type[protocol.Message]] = protocol.AuthenticationSASL
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("mechanisms", "mechanisms"),)

    mechanisms: list[str] = field(default_factory=list)


@dataclass
class AuthenticationSASLContinue(Authentication):
    """A challenge."""

    identifier: ClassVar[bytes] = b"R"
    _ours: ClassVar[type[protocol.Message]] = protocol.AuthenticationSASLContinue
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("data", "data"),)

    data: bytes = b""


@dataclass
class AuthenticationSASLFinal(Authentication):
    """The outcome."""

    identifier: ClassVar[bytes] = b"R"
    _ours: ClassVar[type[protocol.Message]] = protocol.AuthenticationSASLFinal
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("data", "data"),)

    data: bytes = b""


@dataclass
class SASLResponse(FrontendMessage):
    """A further message of the mechanism."""

    identifier: ClassVar[bytes] = b"p"
    _ours: ClassVar[type[protocol.Message]] = protocol.SASLResponse
    _phase: ClassVar[protocol.Phase] = protocol.Phase.SASL
    _fields: ClassVar[tuple[tuple[str, str], ...]] = (("data", "data"),)

    data: bytes = b""
