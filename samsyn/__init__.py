"""The front door: ``Review`` for notebooks and scripts, ``samsyn`` for the command line."""

from samsyn.review import Review

__all__ = ["Review"]
__version__ = "0.1.0"
