"""Which text does a source hold, whatever its format?

In: the name and the bytes of one source. Out: its `Decoded` text, the one that offsets, edits and `restore` speak of,
or a `DecodeError` with a reason code. What always holds: a whole web page is read as one, whatever its name says.
"""

from collections.abc import Callable

from cleaner.config import Input
from cleaner.ingest import page, word
from cleaner.ingest.decode import characters, checked, decode
from cleaner.records import Decoded


def extract(kind: str, source: str, data: bytes, limits: Input) -> Decoded:
    """Return the text of a source; `kind` says what reads it.

    Raises:
        DecodeError: it holds none.
    """
    return _READERS[kind](source, data, limits)


def _text(source: str, data: bytes, limits: Input) -> Decoded:
    if page.is_page(data):
        return _page(source, data, limits)
    return decode(source, data, limits.max_damage, limits.max_line_chars)


def _page(source: str, data: bytes, limits: Input) -> Decoded:
    markup, encoding, evidence, flags = characters(source, data, page.declared(data))
    text, share = page.extract(source, markup)
    if share < page.LOW_SHARE:
        flags = (*flags, "low-extraction")
    found = Decoded(source, text, encoding, evidence, flags, share)
    return checked(found, limits.max_damage, limits.max_line_chars)


def _word(source: str, data: bytes, limits: Input) -> Decoded:
    found = Decoded(source, word.extract(source, data, limits), "utf-8", "docx")
    return checked(found, limits.max_damage, limits.max_line_chars)


def _cell(source: str, data: bytes, limits: Input) -> Decoded:
    if page.is_page(data):
        return _page(source, data, limits)
    return checked(Decoded(source, data.decode(), "utf-8", "cell"), limits.max_damage, limits.max_line_chars)


_READERS: dict[str, Callable[[str, bytes, Input], Decoded]] = {
    "text": _text,
    "page": _page,
    "word": _word,
    "cell": _cell,
}
