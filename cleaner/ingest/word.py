"""What text does a Word document hold?

In: the bytes of a `.docx`. Out: the text of its body as a reader sees it, one paragraph a line: with the numbers that
Word counts, without what was deleted or is hidden; text boxes behind the paragraph that holds them, a row of a table on
a line, footnotes at the end, no page heads and feet. What always holds: nothing of the file is written anywhere or
fetched from elsewhere, and it is not unpacked before its declared sizes are held against the limits.
"""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from cleaner.config import Input
from cleaner.errors import DecodeError, ReadError
from cleaner.ingest.compressed import Budget, faults

_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_FORBIDDEN = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))


def extract(source: str, data: bytes, limits: Input) -> str:
    """Return the text of a document.

    Raises:
        DecodeError: reason `old-word-format`, `encrypted`, `not-a-docx`, `external-entities`, `archive-bomb`,
            `too-large`, `truncated`, `broken-archive` or `broken-markup`.
    """
    if data.startswith(_OLE):
        locked = _LOCKED in data
        reason, found = ("encrypted", "a password") if locked else ("old-word-format", "the format of Word 97 to 2003")
        raise DecodeError(source, reason, f"an OLE file with {found}")
    if not data.startswith(_ZIP):
        raise DecodeError(source, "not-a-docx", f"it begins with {data[:4]!r}, a document with {_ZIP!r}")
    try:
        _hold(source, data, limits)
    except ReadError as error:
        raise DecodeError(source, error.reason, error.detail) from None
    import docx
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import parse_xml
    from lxml.etree import XMLSyntaxError

    try:
        document = docx.Document(io.BytesIO(data))
        parts = {rel.reltype: rel.target_part for rel in document.part.rels.values() if not rel.is_external}
        numbering, styles, notes = (
            parse_xml(parts[kind].blob) if kind in parts else None
            for kind in (RELATIONSHIP_TYPE.NUMBERING, RELATIONSHIP_TYPE.STYLES, RELATIONSHIP_TYPE.FOOTNOTES)
        )
        return "\n".join(_Reader(numbering, styles).lines(document.element.body, notes))
    except XMLSyntaxError as error:
        raise DecodeError(source, "broken-markup", str(error)) from None
    except Exception as error:  # a package can be wrong in any way, and must cost no other
        raise DecodeError(source, "not-a-docx", f"{type(error).__name__}: {error}") from None


def _hold(source: str, data: bytes, limits: Input) -> None:
    """Hold a package against the limits before anything of it is unpacked, and its XML against entities."""
    with faults(), zipfile.ZipFile(io.BytesIO(data)) as package:
        infos = package.infolist()
        size = sum(info.file_size for info in infos)
        Budget(len(data), limits.max_ratio).bears(size, len(data))
        if size > limits.max_bytes:
            raise ReadError("too-large", f"{size} bytes unpacked; input.max_bytes is {limits.max_bytes}")
        for info in infos:
            if info.flag_bits & 1:
                raise ReadError("encrypted", f"{info.filename} has a password")
            if info.filename.endswith((".xml", ".rels")) and any(mark in package.read(info) for mark in _FORBIDDEN):
                raise ReadError("external-entities", f"{info.filename} declares a document type, which no Word does")


class _Reader:
    """One document being read."""

    def __init__(self, numbering: Any, styles: Any) -> None:
        from docx.oxml.ns import nsmap, qn

        from cleaner.ingest.numbering import Numbering

        self._numbers = Numbering(numbering, styles)
        self._qn = qn
        self._written = {qn("w:t"), f"{{{nsmap['m']}}}t"} if "m" in nsmap else {qn("w:t")}
        self._signs = {
            qn("w:tab"): "\t", qn("w:ptab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-",
        }  # fmt: skip
        self._unseen = {
            qn("w:del"), qn("w:moveFrom"), qn("w:rt"), qn("w:pPr"), qn("w:rPr"), qn("w:sectPr"),
            "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
        }  # fmt: skip

    def lines(self, body: Any, notes: Any) -> Iterator[str]:
        """Yield the paragraphs of the body, then those of the footnotes."""
        yield from self._blocks(body)
        for note in () if notes is None else notes.iter(self._qn("w:footnote")):
            if note.get(self._qn("w:type")) is None:  # separators have one
                yield from self._blocks(note)

    def _blocks(self, parent: Any) -> Iterator[str]:
        for child in parent:
            if child.tag == self._qn("w:p"):
                yield from self._paragraph(child)
            elif child.tag == self._qn("w:tr"):
                yield from self._row(child)
            elif isinstance(child.tag, str) and child.tag not in self._unseen:
                yield from self._blocks(child)

    def _row(self, row: Any) -> Iterator[str]:
        """Yield a row on one line, its cells parted by tabs; where a cell has several paragraphs, each on its own."""
        cells = [list(self._blocks(cell)) for cell in row if cell.tag != self._qn("w:trPr")]
        if all(len(cell) <= 1 for cell in cells):
            yield "\t".join(line for cell in cells for line in cell)
        else:
            yield from (line for cell in cells for line in cell)

    def _paragraph(self, paragraph: Any) -> Iterator[str]:
        boxes: list[Any] = []
        label = self._numbers.label(paragraph)
        yield label + "".join(self._runs(paragraph, boxes))
        for box in boxes:
            yield from self._blocks(box)

    def _runs(self, parent: Any, boxes: list[Any]) -> Iterator[str]:
        for child in parent:
            if child.tag in self._written:
                yield child.text or ""
            elif child.tag in self._signs:
                yield self._signs[child.tag]
            elif child.tag == self._qn("w:txbxContent"):
                boxes.append(child)
            elif isinstance(child.tag, str) and child.tag not in self._unseen and not self._is_hidden(child):
                yield from self._runs(child, boxes)

    def _is_hidden(self, run: Any) -> bool:
        found = run.find(f"{self._qn('w:rPr')}/{self._qn('w:vanish')}") if run.tag == self._qn("w:r") else None
        return found is not None and found.get(self._qn("w:val")) not in ("0", "false", "off")
