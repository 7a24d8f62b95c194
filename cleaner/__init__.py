"""Turn a folder of scraped Chinese speeches into a clean, deduplicated corpus with an audit of every change.

import cleaner

cleaner.clean_text("要新建水库××座。")              # "build X reservoirs": one text, or a pandas Series
cleaner.explain("要新建水库××座。")                 # a frame of what goes, and by which rule
cleaner.find_duplicates(frame["text"])             # a frame beside the texts: kept, kept_row, similarity
cleaner.run("data/raw", "data/clean")              # what `cleaner run` does; returns the manifest
cleaner.load_index("data/clean")                   # a datasketch.MinHashLSH of the corpus
cleaner.signature("要新建水库××座。")               # a query for it
cleaner.clusters("texts.parquet")                  # the bare search: row and cluster of each text
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cleaner.api import clean_text, explain, find_duplicates, run
    from cleaner.grouping import clusters
    from cleaner.index import load_index, signature

__version__ = "0.1.0"
__all__ = ["__version__", "clean_text", "clusters", "explain", "find_duplicates", "load_index", "run", "signature"]

_MODULE_BY_NAME = {
    **dict.fromkeys(("clean_text", "explain", "find_duplicates", "run"), "cleaner.api"),
    **dict.fromkeys(("load_index", "signature"), "cleaner.index"),
    "clusters": "cleaner.grouping",
}


def __getattr__(name: str) -> Any:
    """Import a function when it is asked for: they bring Arrow, pandas and datasketch."""
    if name in _MODULE_BY_NAME:
        return getattr(import_module(_MODULE_BY_NAME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Name the functions although they are not imported yet."""
    return sorted({*globals(), *__all__})
