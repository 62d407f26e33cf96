"""What the two sides of a connection are to a type checker."""

from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar, Literal, Protocol, final

from trunkline.protocol._messages import Message
from typing_extensions import Self, disjoint_base

class _File(Protocol):
    def write(self, text: str, /) -> object: ...

@disjoint_base
class Connection:
    def receive(self, data: bytes | bytearray | memoryview) -> Messages: ...
    def send(self, *messages: Message) -> bytes: ...
    @property
    def phase(self) -> Phase: ...
    @property
    def transaction_status(self) -> Literal["I", "T", "E"] | None: ...
    @property
    def is_ready(self) -> bool: ...
    @property
    def pending_syncs(self) -> int: ...
    @property
    def strict(self) -> bool: ...
    @property
    def buffered(self) -> int: ...

@final
class Frontend(Connection):
    def __new__(
        cls,
        *,
        strict: bool = True,
        logged_in: bool = False,
        limits: Limits | None = None,
        trace: Callable[[str], object] | _File | None = None,
        trace_regress: bool = False,
    ) -> Self: ...

@final
class Backend(Connection):
    def __new__(
        cls,
        *,
        strict: bool = True,
        logged_in: bool = False,
        limits: Limits | None = None,
        trace: Callable[[str], object] | _File | None = None,
        trace_regress: bool = False,
    ) -> Self: ...
    def send_rows(
        self, rows: Iterable[Iterable[str | bytes | bytearray | memoryview | None]]
    ) -> bytes: ...

@final
class Decoder(Connection):
    def __new__(
        cls,
        sender: Literal["frontend", "backend"],
        *,
        phase: Phase = ...,
        limits: Limits | None = None,
    ) -> Self: ...
    def stand(self, phase: Phase) -> None: ...

@final
class Messages(Iterator[Message]):
    def __iter__(self) -> Messages: ...
    def __next__(self) -> Message: ...

@final
class Limits:
    def __new__(
        cls,
        *,
        startup: int = ...,
        password: int = ...,
        scram: int = ...,
        small: int = ...,
        large: int = ...,
    ) -> Self: ...
    @property
    def startup(self) -> int: ...
    @property
    def password(self) -> int: ...
    @property
    def scram(self) -> int: ...
    @property
    def small(self) -> int: ...
    @property
    def large(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __lt__(self, other: object, /) -> bool: ...
    def __le__(self, other: object, /) -> bool: ...
    def __gt__(self, other: object, /) -> bool: ...
    def __ge__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Phase:
    STARTUP: ClassVar[Phase]
    SSL_NEGOTIATION: ClassVar[Phase]
    GSS_NEGOTIATION: ClassVar[Phase]
    AUTHENTICATION: ClassVar[Phase]
    PASSWORD: ClassVar[Phase]
    SASL_INITIAL: ClassVar[Phase]
    SASL: ClassVar[Phase]
    GSS: ClassVar[Phase]
    STARTING: ClassVar[Phase]
    IDLE: ClassVar[Phase]
    QUERY: ClassVar[Phase]
    FUNCTION_CALL: ClassVar[Phase]
    EXTENDED: ClassVar[Phase]
    SKIPPING: ClassVar[Phase]
    ENDING: ClassVar[Phase]
    COPY_IN: ClassVar[Phase]
    COPY_OUT: ClassVar[Phase]
    COPY_BOTH: ClassVar[Phase]
    CLOSED: ClassVar[Phase]
    def __int__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __lt__(self, other: object, /) -> bool: ...
    def __le__(self, other: object, /) -> bool: ...
    def __gt__(self, other: object, /) -> bool: ...
    def __ge__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
