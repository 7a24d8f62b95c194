"""Turn a folder of scraped Chinese speeches into a clean, deduplicated corpus with an audit of every change."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
__all__ = ["__version__", "load_index", "signature"]


def __getattr__(name: str) -> Any:
    """Import `load_index` and `signature` when they are asked for: they bring numba, Arrow and datasketch."""
    if name in ("load_index", "signature"):
        return getattr(import_module("cleaner.index"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
