"""How well are the files of a half cleaned? Counts over all of them."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cleaner import rulepack
from cleaner.clean import clean_sources
from cleaner.config import Config
from cleaner.ingest.read import listing, read
from tests import goldscore

HALVES = tuple(Path(__file__).parent / name for name in ("dev", "aside"))
"""Files that rules may be written from, and those that nobody looks at, parted by site."""
ROWS = (
    ("boilerplate removed", "boilerplate removed", "boilerplate"),
    ("body lost", "body lost", "body"),
    ("placeholders: precision", "masks right", "masks given"),
    ("placeholders: recall", "placeholders found", "placeholders"),
    ("breaks: precision", "joins right", "joins given"),
    ("breaks: recall", "breaks joined", "breaks"),
    ("speeches", "speeches found", "speeches"),
    ("titles", "titles right", "titles"),
)


def measure(gold: Mapping[str, tuple[str, dict[str, Any]]]) -> goldscore.Score:
    """Return the counts of texts with their gold, cleaned as files of a folder are."""
    score, config = goldscore.Score(), Config()
    with tempfile.TemporaryDirectory() as folder:
        for name, (text, _) in gold.items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode("utf-8"))
        entries = listing(Path(folder))
        sources = (read(Path(folder), entry, config.input) for entry in entries)
        pack = rulepack.load([rulepack.shipped()])
        for entry, cleaned in zip(entries, clean_sources(sources, pack, config), strict=True):
            goldscore.add(score, gold[entry.source][1], cleaned)
    return score
