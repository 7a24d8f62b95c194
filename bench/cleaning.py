"""What does the cleaning half cost? All that is done before the first row is written, in this thread alone.

In: a folder of raw files. Out: the cleaned texts, by reading, decoding, the check for repair, splitting and all filters
with the shipped packs.
"""

from pathlib import Path

from cleaner import rulepack
from cleaner.clean import clean_sources
from cleaner.config import Config
from cleaner.ingest.read import listing, read


def texts_of(raw: Path) -> list[str]:
    """Return the cleaned texts of all sources below `raw`."""
    config = Config()
    pack = rulepack.chosen(config.rules)
    cleaned = clean_sources((read(raw, entry, config.input) for entry in listing(raw)), pack, config)
    return [speech.text for one in cleaned for speech in one.speeches]
