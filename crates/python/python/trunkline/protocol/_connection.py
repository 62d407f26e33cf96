"""The two sides of a connection, as the extension module has them."""

from trunkline._trunkline.protocol import (
    Backend,
    Connection,
    Decoder,
    Frontend,
    Limits,
    Messages,
    Phase,
)
