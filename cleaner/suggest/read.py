"""What does a folder teach?

In: RAW. Out: the proposals of its texts. `texts` gives the (source, text) pairs of all that can be read: the text of a
source, and of web pages all that is visible, unpruned, because an extractor drops the very chrome that is to be
learned. What cannot be read is left out here; a run says why.
"""

from collections.abc import Iterator
from pathlib import Path

from cleaner import rulepack
from cleaner.config import Config
from cleaner.errors import DecodeError
from cleaner.ingest.decode import characters
from cleaner.ingest.extract import extract
from cleaner.ingest.page import declared
from cleaner.ingest.read import read
from cleaner.ingest.unpack import all_sources
from cleaner.suggest import suggest
from cleaner.suggest.pages import folder_of, pages_of
from cleaner.suggest.propose import Proposal
from cleaner.suggest.visible import visible_text


def learn(raw: Path, config: Config, least: int, one_site: bool) -> tuple[Proposal, ...]:
    """Return the rules that the files below `raw` propose; see `suggest`.

    Args:
        one_site: all of `raw` is one site; else each folder directly below it is one.

    Raises:
        InputError: `raw` is not a folder that can be listed.
        RuleError: the packs that the config names do not load.
    """
    pack = rulepack.chosen(config.rules)
    site = raw.resolve().name
    pages = pages_of(texts(raw, config), (lambda _: site) if one_site else folder_of)
    return suggest(pages, pack, least)


def texts(raw: Path, config: Config) -> Iterator[tuple[str, str]]:
    """Yield the text of each readable file below `raw`, in byte order of the names.

    Raises:
        InputError: `raw` is not a folder that can be listed.
    """
    limits = config.input
    with all_sources(raw, limits) as entries:
        for entry in entries:
            data = read(raw, entry, limits).data
            if data is None:
                continue
            try:
                if entry.kind == "page":
                    yield entry.source, visible_text(characters(entry.source, data, declared(data))[0])
                else:
                    yield entry.source, extract(entry.kind, entry.source, data, limits).text
            except DecodeError:
                continue
