"""What the extension does for ``trunkline.sql``; described by the stub beside this file."""

from trunkline._trunkline.sql import parse, quote_identifier, quote_literal, split

__all__ = ["parse", "quote_identifier", "quote_literal", "split"]
