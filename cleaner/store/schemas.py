"""Which tables are written, with which columns, in which order of rows?

The one place for columns. `docs/reference/tables.md` is written from here, and a test compares them.
`SCHEMA_VERSION` stands in the manifest and in each file; it changes when a column does.
"""

from dataclasses import dataclass

import pyarrow as pa

SCHEMA_VERSION = "2"

FLAGS = {
    "broken-bytes": "Bytes of the source that mean nothing in its encoding became U+FFFD, one each.",
    "damaged-characters": "The source holds U+FFFD or 锟斤拷 where characters were lost before it came here.",
    "low-extraction": "The text is a small share of what a reader of the page would see: look at the page.",
    "mojibake-repaired": "Lines of the source were decoded wrongly before it came here, and mended.",
    "not-chinese": "Most letters of the source are of another script, or its kana or hangul say so.",
    "uncertain-encoding": "Another encoding was nearly as likely.",
    "no-title": "No line of the speech is its title.",
    "doubtful-year": "A plan, congress or anniversary that it names is of other years than its own; a page put one in.",
}
"""What a flag of a source or a speech says."""
OF_SPEECHES = ("no-title", "doubtful-year")
"""Those that only a speech has."""

CODED_RULES = {
    "crlf": "A line ends with CR LF; LF stays.",
    "line-end": "Another sign that ends a line is a line feed.",
    "no-break-space": "A blank that forbids a break is a blank.",
    "zero-width": "A character without width says nothing.",
    "control": "A control character says nothing.",
    "mojibake-latin": "UTF-8 that was read as Latin-1 or Windows-1252 is read again.",
    "mojibake-gbk": "UTF-8 that was read as GBK is read again.",
    "mojibake-gbk-latin": "GBK that was read as Latin-1 or Windows-1252 is read again.",
    "html-reference": "A reference of HTML to a character is the character.",
    "page-number-in-sequence": "Numbers that count the pages of the whole file.",
    "subtitle-cue": "The number of a subtitle, and the line that says from when till when it is shown.",
    "running-head": "A line that stands at the head of page after page.",
    "quotation-sign": "A letter quotes the line.",
    "time-code": "The time of a recording before what was said then.",
    "repeated-stamp": "A line that a site stamps on each of its speeches.",
    "compilation-title": "The title over several speeches is that of none of them.",
    "part-number": "The number of a speech among several, before its title.",
    "part-signs": "A line of signs between the end of one speech and the title or the salutation of the next.",
    "heading-sign": "The sign by which Markdown sets the title as a heading.",
    "repeated-title": "The title stands twice at the head; once is enough.",
    "before-title": "What stands before the title, in a head where rules claim other lines, is the page's.",
    "under-title": "What stands between the title and the salutation among lines that rules claim is the page's.",
    "between-claimed-lines": "A few short lines between lines that rules claim are the page's.",
    "set-as-page": "A line above a foot has a word of the page's, or is set as no speech is.",
    "below-claimed-line": "What stands in the foot below a line that a rule claims is the page's.",
    "page-words": "Words that pages use of themselves weigh enough for a line of this length.",
    "page-name": "A name by which the page calls itself at its head or foot.",
    "debris": "What a removed mask would leave behind, such as the sign of X% or the commas of X、X、X.",
    "page-cut": "The end of a page broke a sentence.",
    "clause-cut": "A program broke the text after each comma.",
    "fixed-width": "A fixed width broke a paragraph.",
    "wrapped-title": "A title stands in two lines.",
    "blank-line": "One line break stands between paragraphs.",
    "indent": "Blanks before a paragraph.",
    "trailing-blank": "Blanks behind a paragraph.",
    "repeated-paragraph": "The paragraph stands in an earlier kept speech; only with paragraphs.action = drop.",
}
"""What the rules do that are code and stand in no pack; `<rule>-list` are the lines below one that opens a list."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns, the key that sorts its rows, and the column whose source decides the cuts."""

    name: str
    schema: pa.Schema
    key: tuple[str, ...]
    cut_by: str


def _schema(*columns: tuple[str, pa.DataType, str]) -> pa.Schema:
    fields = [pa.field(name, kind, metadata={"meaning": meaning}) for name, kind, meaning in columns]
    return pa.schema(fields, metadata={"schema_version": SCHEMA_VERSION})


_STRINGS = pa.list_(pa.string())

_SPEECH = (
    ("id", pa.string(), "<source>#<ordinal>"),
    ("source", pa.string(), "path below RAW"),
    ("ordinal", pa.int32(), "place among the speeches of the source, from 0"),
    ("start", pa.int64(), "first code point of the decoded source that stands in the text"),
    ("end", pa.int64(), "one past the last"),
    ("title", pa.string(), "a copy of the title line the text begins with; null if it has none"),
    ("date", pa.date32(), "the full date that a line at the head or foot consists of"),
    ("speaker", pa.string(), "who speaks, with the office, as the title block names him; null if it does not"),
    ("occasion", pa.string(), "the meeting that the title names; null if it names none"),
    ("text", pa.string(), "the cleaned text, one paragraph a line"),
    ("n_chars", pa.int32(), "code points of the text"),
    ("n_placeholders", pa.int32(), "redacted runs, whatever the policy left of them"),
    ("placeholder_ratio", pa.float32(), "masked characters over n_chars before masking"),
    ("encoding", pa.string(), "of the source"),
    ("raw_sha256", pa.string(), "of source[start:end] in UTF-8"),
    ("cluster_id", pa.string(), "the survivor's id; null if nothing duplicates it"),
    ("n_duplicates", pa.int32(), "speeches dropped in favour of this one"),
    ("n_repeated_paragraphs", pa.int32(), "paragraphs that stand in another kept speech"),
    ("flags", _STRINGS, "those of its source, and " + ", ".join(OF_SPEECHES)),
)

SOURCES = Table(
    "sources",
    _schema(
        ("source", pa.string(), "path below RAW; in a container path!member, path!row or path!member!row"),
        ("size_bytes", pa.int64(), "of what was decoded: a file or member, decompressed, or a cell in UTF-8"),
        ("sha256", pa.string(), "of the same bytes; null if they could not be read"),
        ("encoding", pa.string(), "as decoded; null if it was not"),
        (
            "evidence",
            pa.string(),
            "bom, nuls, strict, cell, docx, or the candidates with their scores; what a page declares",
        ),
        ("decoded_sha256", pa.string(), "of the decoded text in UTF-8"),
        ("n_chars", pa.int64(), "code points of the decoded text"),
        ("kept_share", pa.float64(), "of a page: its text over all that a reader would see; null for other formats"),
        ("n_speeches", pa.int32(), "kept or dropped; those set aside not counted"),
        ("status", pa.string(), "clean | rejected"),
        ("flags", _STRINGS, ", ".join(flag for flag in FLAGS if flag not in OF_SPEECHES)),
    ),
    ("source",),
    "source",
)
SPEECHES = Table("speeches", _schema(*_SPEECH), ("source", "ordinal"), "source")
DUPLICATES = Table(
    "duplicates",
    _schema(
        *_SPEECH,
        ("kept_id", pa.string(), "the kept speech it yields to; null if a decision drops it for none"),
        ("similarity", pa.float64(), "with it, masks as wildcards; exact; null without it"),
        ("jaccard", pa.float64(), "with it, plain; exact; null without it"),
        ("containment", pa.float64(), "shared over the smaller of the two; exact; null without it"),
        ("reason", pa.string(), "exact | near-duplicate | contained | decision"),
    ),
    ("source", "ordinal"),
    "source",
)
PARAGRAPHS = Table(
    "paragraphs",
    _schema(
        ("id", pa.string(), "<speech>/<seq>"),
        ("speech_id", pa.string(), "the kept speech"),
        ("seq", pa.int32(), "line of its text before paragraph-dedup, from 0"),
        ("text", pa.string(), "the paragraph"),
        ("n_chars", pa.int32(), "code points"),
        ("cluster_id", pa.string(), "id of the kept paragraph; null if nothing repeats it"),
        ("kept", pa.bool_(), "false if it stands in another kept speech"),
        ("kept_id", pa.string(), "where its kept copy stands; null if it is kept"),
        ("similarity", pa.float64(), "with the kept copy; null if it is kept"),
    ),
    ("speech_id", "seq"),
    "speech_id",
)
PAIRS = Table(
    "pairs",
    _schema(
        ("level", pa.string(), "speech | paragraph"),
        ("a", pa.string(), "id; before b in keep order"),
        ("b", pa.string(), "id"),
        ("similarity", pa.float64(), "Jaccard similarity, masks as wildcards; exact"),
        ("jaccard", pa.float64(), "plain"),
        ("containment", pa.float64(), "shared over the smaller of the two, masks as wildcards"),
    ),
    ("level", "a", "b"),
    "a",
)
EDITS = Table(
    "edits",
    _schema(
        ("source", pa.string(), "path below RAW"),
        ("start", pa.int64(), "first code point of the decoded source"),
        ("end", pa.int64(), "one past the last"),
        (
            "stage",
            pa.string(),
            "repair | split | header | footer | inline | own | placeholder | reflow | normalise | paragraph-dedup",
        ),
        ("rule", pa.string(), "the rule's id"),
        ("removed", pa.string(), "source[start:end]"),
        ("inserted", pa.string(), "what stands there now"),
        ("kind", pa.string(), "what a placeholder stood for; null for other edits"),
    ),
    ("source", "start", "end"),
    "source",
)
REJECTED = Table(
    "rejected",
    _schema(
        ("source", pa.string(), "path below RAW"),
        ("ordinal", pa.int32(), "of the speech; null for a whole source"),
        ("start", pa.int64(), "first code point; null for a whole source"),
        ("end", pa.int64(), "one past the last; null for a whole source"),
        ("stage", pa.string(), "read | decode | split | clean"),
        ("reason", pa.string(), "what is wrong with it"),
        ("detail", pa.string(), "the same with its numbers"),
        ("text", pa.string(), "the text set aside; null for a whole source"),
    ),
    ("source", "ordinal"),
    "source",
)


def signatures(num_perm: int, seed: int, k: int) -> Table:
    """Return the table of signatures, its sketch's parameters in the schema's metadata."""
    schema = _schema(
        ("id", pa.string(), "of the speech"),
        ("signature", pa.list_(pa.uint32(), num_perm), "MinHash values"),
    )
    sketch = {"scheme": "affine32", "seed": str(seed), "k": str(k), "num_perm": str(num_perm)}
    return Table("signatures", schema.with_metadata({**schema.metadata, **sketch}), ("id",), "id")


TABLES = (SOURCES, SPEECHES, DUPLICATES, PARAGRAPHS, PAIRS, EDITS, REJECTED)
NAMES = (*(table.name for table in TABLES), "signatures")


def source_of(value: str) -> str:
    """Return the source that an id of a speech or paragraph, or a source itself, belongs to.

    >>> source_of("站点/讲话#2.txt#0/13"), source_of("站点/讲话#2.txt")          # "site/speech"
    ('站点/讲话#2.txt', '站点/讲话#2.txt')
    """
    head, mark, tail = value.rpartition("#")
    return head if mark and tail.replace("/", "", 1).isdecimal() else value


REASONS = {
    "no-permission": "The file or folder may not be read.",
    "vanished": "The file was there when the folder was listed and is gone.",
    "unreadable": "The system reported another error while reading.",
    "symlink-loop": "The link leads to itself.",
    "symlink-outside": "The link leads out of RAW.",
    "symlink-to-folder": "The link leads to a folder of RAW, which is read at its own place.",
    "special-file": "A socket, a pipe or a device.",
    "name-not-utf8": "The name is not UTF-8, so no id can be made of it; in an archive, nor is it GB18030 or Big5.",
    "unsupported-format": "No reader for this kind of file.",
    "too-large": "Over input.max_bytes.",
    "truncated": "The compressed file or archive ends before its end; what stands before is read.",
    "broken-archive": "Not the compression or archive that its name says, or damaged.",
    "unsupported-compression": "A member packed by a method for which there is no reader.",
    "archive-bomb": "More comes out than input.max_ratio allows.",
    "broken-table": "Not the table that its name says, or damaged.",
    "broken-row": "A record of a table that cannot be read; of Parquet the first of those that cannot.",
    "no-text-column": "A table without the column that input.text names, or without Chinese.",
    "ambiguous-text-column": "A table in which two columns hold much Chinese; input.text has to name one.",
    "null-cell": "A row without a value in the column.",
    "cell-not-text": "A value in the column that is no string.",
    "encrypted": "A member or document with a password.",
    "name-outside": "A member whose name leads out of the folder it would be unpacked in.",
    "link": "A member that is a link.",
    "duplicate-member": "A second member of the same name; the first is read.",
    "nested-too-deep": "A container deeper than input.max_depth.",
    "too-many-members": "More members or rows than input.max_members; those before are read.",
    "empty": "No character but blanks.",
    "binary": "Not text: another format's signature, or control characters throughout.",
    "undecodable": "Not text in any supported encoding.",
    "unsupported-encoding": "Text in an encoding that is not supported.",
    "beyond-repair": "Mostly U+FFFD or 锟斤拷: the characters are lost.",
    "line-too-long": "A line over input.max_line_chars.",
    "too-many-marks": "More than 1,000 combining marks in a row.",
    "broken-markup": "A page or document of which no tree can be made, for one with elements nested too deep.",
    "not-a-docx": "A .docx that is no Word document inside.",
    "old-word-format": "A .docx that is a Word document of 1997 to 2003 inside.",
    "external-entities": "A document whose XML declares entities, which no Word writes.",
    "no-visible-text": "A page that shows a reader no text.",
    "cleaner-fault": "This program failed on the source, which its authors should hear of; `detail` says where.",
    "no-text-left": "Every line was claimed by a rule.",
    "too-short": "A speech under split.min_chars.",
}
"""Every reason code of `rejected`, and what it says."""
