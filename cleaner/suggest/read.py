"""What does a folder teach?

In: RAW. Out: the proposals of its texts. `texts` gives the (source, text) pairs of all that can be read: decoded
text files, and of web pages all that is visible, unpruned, because an extractor drops the very chrome that is to be
learned. What cannot be read is left out here; a run says why.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from cleaner import rulepack
from cleaner.config import Config
from cleaner.errors import DecodeError
from cleaner.ingest.decode import decode
from cleaner.ingest.read import Entry, listing, read
from cleaner.suggest import suggest
from cleaner.suggest.pages import folder_of, pages_of
from cleaner.suggest.propose import Proposal
from cleaner.suggest.visible import visible_text

PAGE_SUFFIXES = frozenset({".htm", ".html", ".shtml", ".xhtml"})


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
    for entry in listing(raw):
        is_page = os.path.splitext(entry.source)[1].lower() in PAGE_SUFFIXES
        if is_page and entry.reason == "unsupported-format":
            entry = Entry(entry.source)
        data = read(raw, entry, config.input).data
        if data is None:
            continue
        try:
            text = decode(entry.source, data, config.input.max_damage, config.input.max_line_chars).text
        except DecodeError:
            continue
        yield entry.source, visible_text(text) if is_page else text
