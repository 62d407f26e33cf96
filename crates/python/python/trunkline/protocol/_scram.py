"""Proofs of identity, as the extension module has them."""

from trunkline._trunkline.protocol import (
    ScramClient,
    ScramServer,
    ScramVerifier,
    md5_password,
)
