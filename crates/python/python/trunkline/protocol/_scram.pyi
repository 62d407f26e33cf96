"""What the proofs of identity are to a type checker."""

from collections.abc import Iterable
from typing import Literal, TypeAlias, final

from trunkline.protocol._messages import (
    AuthenticationSASL,
    AuthenticationSASLContinue,
    AuthenticationSASLFinal,
    SASLInitialResponse,
    SASLResponse,
)
from typing_extensions import Self

_Blob: TypeAlias = bytes | bytearray | memoryview

@final
class ScramClient:
    def __new__(
        cls,
        mechanisms: Iterable[str | bytes],
        *,
        certificate: _Blob | None = None,
        channel_binding: Literal["disable", "prefer", "require"] = "prefer",
        nonce: _Blob | None = None,
    ) -> Self: ...
    def first(self) -> SASLInitialResponse: ...
    def respond(
        self, challenge: AuthenticationSASLContinue, password: str | bytes
    ) -> SASLResponse: ...
    def finish(self, outcome: AuthenticationSASLFinal) -> None: ...

@final
class ScramServer:
    def __new__(
        cls,
        verifier: ScramVerifier,
        *,
        certificate: _Blob | None = None,
        nonce: _Blob | None = None,
    ) -> Self: ...
    def request(self) -> AuthenticationSASL: ...
    def challenge(self, response: SASLInitialResponse) -> AuthenticationSASLContinue: ...
    def finish(self, response: SASLResponse) -> AuthenticationSASLFinal: ...

@final
class ScramVerifier:
    @staticmethod
    def from_password(
        password: str | bytes, *, salt: _Blob | None = None, iterations: int = 4096
    ) -> ScramVerifier: ...
    @staticmethod
    def parse(secret: str) -> ScramVerifier: ...
    @staticmethod
    def mock(user: str, key: _Blob, *, iterations: int = 4096) -> ScramVerifier: ...
    def secret(self) -> str: ...

def md5_password(user: str, password: str | bytes, salt: _Blob) -> str: ...
