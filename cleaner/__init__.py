"""Turn a folder of scraped Chinese speeches into a clean, deduplicated corpus with an audit of every change."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
__all__ = ["__version__", "clusters", "load_index", "signature"]
_HOMES = {"clusters": "cleaner.grouping", "load_index": "cleaner.index", "signature": "cleaner.index"}


def __getattr__(name: str) -> Any:
    """Import a function of the library when it is asked for: they bring numba, Arrow and datasketch."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
