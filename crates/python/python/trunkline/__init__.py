"""Give any program, file or engine a PostgreSQL face."""

from trunkline._trunkline import __version__

__all__ = ["__version__"]
