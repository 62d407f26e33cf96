"""pygwire 0.2's public names over `trunkline.protocol`: change the import, and a program for it runs.

Where ours differs, on purpose:

* Only what PygwireError is the base of is raised for what a peer sent; an error is told once.
* Lengths below 4, negative counts, bytes behind the last field and NULs in strings are refused; what
  comes before the login is bounded as in PostgreSQL.
* A COPY of the extended protocol ends; pipelined queries, late CopyData, and Sync or Flush in a COPY are
  taken as PostgreSQL takes them, and what is skipped after an error is not handed out.
* Within a phase the order of messages is judged too: a DataRow needs its RowDescription.
* Tokens of GSSAPI keep their NULs; CopyBothResponse is there; minor versions of protocol 3 are read.
* `receive` keeps what it was given at once, not when its messages are asked for.
* Classes that are registered with the registries are found by `lookup`, but not made by decoders.
"""

from trunkline._trunkline import __version__
from trunkline.compat.pygwire.codec import BackendMessageDecoder, FrontendMessageDecoder
from trunkline.compat.pygwire.connection import BackendConnection, Connection, FrontendConnection
from trunkline.compat.pygwire.constants import (
    ConnectionPhase,
    StartupRequestCode,
    TransactionStatus,
)
from trunkline.compat.pygwire.exceptions import (
    DecodingError,
    FramingError,
    ProtocolError,
    PygwireError,
    StateMachineError,
)
from trunkline.compat.pygwire.state_machine import BackendStateMachine, FrontendStateMachine

__all__ = [
    "BackendConnection",
    "BackendMessageDecoder",
    "BackendStateMachine",
    "Connection",
    "ConnectionPhase",
    "DecodingError",
    "FramingError",
    "FrontendConnection",
    "FrontendMessageDecoder",
    "FrontendStateMachine",
    "ProtocolError",
    "PygwireError",
    "StartupRequestCode",
    "StateMachineError",
    "TransactionStatus",
    "__version__",
]
