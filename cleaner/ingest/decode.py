"""Which encoding is a file in, and what text does it hold?

In: bytes. Out: a `Decoded` text with its encoding and the evidence, or a `DecodeError` with a reason code.

A BOM decides; strict UTF-8 is next, because other encodings almost never pass it; the rest is judged by evidence: each
candidate decodes the bytes, and the one wins whose characters are those that people write. The measure is the share
of characters in the first level of GB 2312 and of Big5, which the two standards filled with the common ones; text
decoded wrongly falls into the second levels, the private area or on no character at all.
"""

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cleaner.chars import places, table
from cleaner.errors import DecodeError
from cleaner.records import Decoded

SIGNATURES = {
    b"%PDF": "a PDF", b"PK\x03\x04": "a ZIP archive or an Office file", b"\xd0\xcf\x11\xe0": "an old Office file",
    b"{\\rtf": "an RTF file", b"\x89PNG": "a PNG picture", b"\xff\xd8\xff": "a JPEG picture", b"GIF8": "a GIF picture",
    b"\x1f\x8b": "a gzip file", b"BZh": "a bzip2 file", b"\xfd7zXZ": "an xz file", b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive", b"(\xb5/\xfd": "a zstd file", b"\x7fELF": "a program", b"PAR1": "a Parquet file",
}  # fmt: skip
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
CANDIDATES = ("utf-8", "gb18030", "big5hkscs", "utf-16-le", "utf-16-be")

MIN_SCORE = 0.8
"""Below this share of everyday characters (faults weighed) bytes are not Chinese text in that encoding.
Source: measured on 300 law texts cut to 10, 20, 40, 100 and 1,000 characters, Simplified and Traditional, in GB18030
and Big5: the right decoding scores 0.86 to 1.0; EUC-TW read as GB18030 scores 0.71 to 0.76."""
MAX_KANA_SHARE = 0.2
"""More kana than this in bytes that are strict EUC-JP make it Japanese."""
MIN_HANGUL_CHARS, MIN_HANGUL_SHARE, MAX_HANGUL_RUN = 20, 0.95, 6
"""So many of all characters in the rows of Hangul, and on average at most so many on end, make text Korean. Source:
measured on 300 law texts, three cuts of each: at most 0.89 of 20 characters stand in these rows, of Korean all."""
MIN_NUL_SHARE = 0.6
"""So many of the bytes at their places are NUL in UTF-16 of a Latin script and in UTF-32 of any."""
FAULT_WEIGHT = 4.0
"""What a broken byte or a private-use character costs, in everyday characters."""
SURE_MARGIN = 0.1
"""A best candidate that leads by less is flagged `uncertain-encoding`."""
DECLARED_BONUS = 0.1
"""What a declaration is worth, in everyday characters: it decides between candidates no surer apart than this."""
MAX_CONTROL_SHARE = 0.05
"""More control characters than this make a file binary."""
MOST_MARKS = 1000
"""Combining marks in a row: to put them in order takes the square of their number, 2 ms for a thousand, minutes for a
line of them. Source: Unicode Standard Annex 15, section 13 (text that is stream-safe has 30)."""
SAMPLE_CHARS = 20_000
"""Evidence is taken from so many characters; more does not change a verdict."""

_CODEC_BY_LABEL = {
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb_2312-80": "gb18030", "cp936": "gb18030",
    "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "x-x-big5": "big5hkscs", "cp950": "big5hkscs",
    "utf8": "utf-8", "utf-16": "utf-16-le", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be",
}  # fmt: skip
"""Source: Encoding Standard, 4.2, the labels of the candidates."""
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_DAMAGE = re.compile("[\ufffd]|锟斤拷|锟斤|斤拷")
_DAMAGE_SIGNS = ("\ufffd", "锟", "斤拷")
_LINE_END = re.compile("[\n\r\x0b\x0c\x85\u2028\u2029]")
_HIGH_RUN = re.compile(rb"(?:[\xa1-\xfe][\xa1-\xfe])+")
_KANA = re.compile("[\u3041-\u30ff]")
_LETTER = re.compile(r"[^\s\x00-\x7f]")


def decode(source: str, data: bytes, max_damage: float = 0.25, max_line_chars: int = 1_000_000) -> Decoded:
    """Return the text of `data`; a BOM is dropped, line ends stay.

    Raises:
        DecodeError: reason `empty`, `binary`, `undecodable`, `beyond-repair`, `line-too-long` or
            `too-many-marks`.

    >>> decode("a.txt", "同志们，大家好".encode("gb18030")).encoding        # "comrades, good day"
    'gb18030'
    """
    return checked(Decoded(source, *characters(source, data)), max_damage, max_line_chars)


def characters(source: str, data: bytes, declared: str = "") -> tuple[str, str, str, tuple[str, ...]]:
    """Return the characters of `data`, their encoding, the evidence for it, and flags.

    Args:
        declared: the encoding that the bytes themselves say they are in. It is one more piece of evidence, worth
            `DECLARED_BONUS`: most pages that say gb2312 are GBK, and some are UTF-8.

    Raises:
        DecodeError: reason `binary`, `undecodable` or `unsupported-encoding`.
    """
    for signature, name in SIGNATURES.items():
        if data.startswith(signature):
            raise DecodeError(source, "binary", f"the bytes are those of {name}")
    text, encoding, evidence, flags = _decoded(source, data, _CODEC_BY_LABEL.get(declared, declared))
    return text, encoding, f"{evidence} declared={declared}" if declared else evidence, flags


def encoding_of(sample: bytes) -> str:
    """Return the codec for a file that begins with `sample`: it drops a BOM; a character cut at the end counts little.

    Raises:
        DecodeError: reason `undecodable` or `unsupported-encoding`.
    """
    for bom, encoding in BOMS:
        if sample.startswith(bom):
            return {"utf-8": "utf-8-sig"}.get(encoding, encoding.removesuffix("-le").removesuffix("-be"))
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
        return "utf-8"
    except UnicodeDecodeError:
        text, faults = _forgiving(sample, "utf-8", final=False)
        # Few characters beyond ASCII, as in a table of numbers, are too few to judge by.
        return "utf-8" if 2 * faults < len(_LETTER.findall(text)) else _decoded("", sample, "")[1]


def checked(decoded: Decoded, max_damage: float, max_line_chars: int) -> Decoded:
    """Return a source whose text is fit to be cleaned, flagged if characters of it are lost.

    Raises:
        DecodeError: reason `empty`, `binary`, `beyond-repair`, `line-too-long` or `too-many-marks`.
    """
    source, text, flags = decoded.source, decoded.text, decoded.flags
    if not text.strip():
        raise DecodeError(source, "empty", "no character but blanks")
    controls = len(places(text, _controls()))
    if controls > MAX_CONTROL_SHARE * len(text):
        raise DecodeError(source, "binary", f"{controls} control characters among {len(text)}")
    is_damaged = any(sign in text for sign in _DAMAGE_SIGNS)
    damage = sum(len(match[0]) for match in _DAMAGE.finditer(text)) if is_damaged else 0
    letters = len(text) - text.count(" ") - text.count("\n")
    if damage > max_damage * letters:
        raise DecodeError(source, "beyond-repair", f"{damage} of {letters} characters are U+FFFD or 锟斤拷")
    if len(text) > max_line_chars and (longest := max(map(len, _LINE_END.split(text)))) > max_line_chars:
        raise DecodeError(
            source, "line-too-long", f"a line of {longest} characters; input.max_line_chars is {max_line_chars}"
        )
    if (run := _longest_run(places(text, _marks()))) > MOST_MARKS:
        raise DecodeError(source, "too-many-marks", f"{run} combining marks in a row")
    return replace(decoded, flags=(*flags, "damaged-characters")) if damage and "broken-bytes" not in flags else decoded


def _longest_run(at: Sequence[int]) -> int:
    """Return how many of the places, sorted, follow one another without a gap."""
    # Place less ordinal is the same all along a run.
    return max(Counter(np.subtract(at, range(len(at))).tolist()).values(), default=0)


def _decoded(source: str, data: bytes, declared: str) -> tuple[str, str, str, tuple[str, ...]]:
    for bom, encoding in BOMS:
        if data.startswith(bom):
            text, faults = _forgiving(data[len(bom) :], encoding)
            return text, encoding, "bom", ("broken-bytes",) if faults else ()
    if wide := _wide(data):
        return data.decode(wide), wide, "nuls", ()
    try:
        return data.decode("utf-8"), "utf-8", "strict", ()
    except UnicodeDecodeError:
        pass
    ranked = sorted(_judged(data), key=lambda found: found[0] + DECLARED_BONUS * (found[1] == declared), reverse=True)
    if not ranked or ranked[0][0] < MIN_SCORE:
        best = f"best {ranked[0][1]} at {ranked[0][0]:.2f}" if ranked else "no candidate"
        reason = "binary" if b"\0" in data else "undecodable"
        raise DecodeError(source, reason, f"not UTF-8, GB18030, Big5-HKSCS or UTF-16 ({best})")
    if _is_japanese(data):
        raise DecodeError(source, "unsupported-encoding", "EUC-JP with kana throughout: not Chinese")
    if _is_korean(data):
        raise DecodeError(source, "unsupported-encoding", "EUC-KR with blanks between its words: not Chinese")
    score, encoding = ranked[0]
    text, faults = _forgiving(data, encoding)
    evidence = " ".join(f"{name}={value:.3f}" for value, name in ranked)
    flags = ("broken-bytes",) if faults else ()
    if len(ranked) > 1 and score - ranked[1][0] < SURE_MARGIN and encoding != declared:
        flags = (*flags, "uncertain-encoding")
    return text, encoding, evidence, flags


def _judged(data: bytes) -> list[tuple[float, str]]:
    """Return (score, encoding) of each candidate that the bytes allow, first what makes fewest characters of them.

    It is taken where scores are equal: short texts in UTF-16 can be GB18030 with ASCII throughout: 今天 is 蔔)Y.
    """
    sample = data[: 4 * SAMPLE_CHARS]
    whole = len(sample) == len(data)
    texts = sorted(
        ((_forgiving(sample, name, final=whole)[0], name) for name in CANDIDATES), key=lambda made: len(made[0])
    )
    return [(everyday_share(text), name) for text, name in texts]


def _forgiving(data: bytes, encoding: str, final: bool = True) -> tuple[str, int]:
    """Return the text with one U+FFFD for each broken byte, and how many there were.

    With `final` False a character cut at the end is left out.
    """
    faults = 0
    # Of UTF-16 and UTF-32 a unit is broken: one byte further all that follows would be read askew.
    unit = 2 if encoding.startswith("utf-16") else 4 if encoding.startswith("utf-32") else 1

    def replace(error: UnicodeError) -> tuple[str, int]:
        nonlocal faults
        assert isinstance(error, UnicodeDecodeError)
        faults += 1
        # Near the end the decoder blames all that follows a stray byte; only the byte itself is known to be broken.
        return "\ufffd", min(error.start + unit, len(error.object))

    codecs.register_error("cleaner-replace", replace)
    if final:
        return data.decode(encoding, "cleaner-replace"), faults
    return codecs.getincrementaldecoder(encoding)("cleaner-replace").decode(data), faults


def _is_japanese(data: bytes) -> bool:
    try:
        letters = "".join(_LETTER.findall(data.decode("euc_jp")))
    except UnicodeDecodeError:
        return False
    return len(_KANA.findall(letters)) > MAX_KANA_SHARE * len(letters)


def _is_korean(data: bytes) -> bool:
    """Say whether bytes that are good GB18030 are Hangul, which EUC-KR has where GB 2312 has a to q."""
    runs = _HIGH_RUN.findall(data[: 4 * SAMPLE_CHARS])
    n = sum(map(len, runs)) // 2
    hangul = sum(0xB0 <= lead <= 0xC8 for run in runs for lead in run[::2])
    return n >= MIN_HANGUL_CHARS and hangul >= MIN_HANGUL_SHARE * n and n <= MAX_HANGUL_RUN * len(runs)


def _wide(data: bytes) -> str | None:
    """Return UTF-16 or UTF-32 where NULs stand as they do in them, each at its place in a character; else None.

    Chinese in UTF-16 has few; it is found by the evidence of its characters.
    """
    sample = data[: 4 * SAMPLE_CHARS]
    if b"\0" not in sample or len(data) % 2:
        return None
    quarter = max(len(sample) // 4, 1)
    n = [sample[i::4].count(0) / quarter for i in range(4)]
    # UTF-32 needs no more: few other bytes are strict UTF-32.
    pairs = {"utf-32-le": (n[2], n[3], 0.0), "utf-32-be": (n[0], n[1], 0.0)} if len(data) % 4 == 0 else {}
    halves = {"utf-16-le": (n[1], n[3], max(n[0], n[2])), "utf-16-be": (n[0], n[2], max(n[1], n[3]))}
    for encoding, (one, other, rest) in (pairs | halves).items():
        if min(one, other) > MIN_NUL_SHARE and rest < 1 - MIN_NUL_SHARE:
            try:
                data.decode(encoding)
            except UnicodeDecodeError:
                continue
            return encoding
    return None


def everyday_share(text: str) -> float:
    """Return the share of everyday Chinese characters among those outside ASCII, faults weighed; 1 is best.

    >>> everyday_share("同志们"), everyday_share("鐨鍦")          # "comrades", and what no one writes
    (1.0, 0.0)
    """
    letters = Counter(_LETTER.findall(text))
    if not letters:
        return 0.0
    everyday = sum(n for char, n in letters.items() if char in _everyday())
    faults = sum(
        n for char, n in letters.items() if char == "\ufffd" or "\ue000" <= char <= "\uf8ff" or not char.isprintable()
    )
    return (everyday - FAULT_WEIGHT * faults) / letters.total()


@cache
def _controls() -> NDArray[np.bool_]:
    return table(_CONTROLS)


@cache
def _marks() -> NDArray[np.bool_]:
    """Return for each code point whether it is a mark that normalisation may move; there are none from U+20000 on."""
    found = np.zeros(0x110000, np.bool_)
    found[:0x20000] = [unicodedata.combining(chr(code)) != 0 for code in range(0x20000)]
    return found


@cache
def _everyday() -> frozenset[str]:
    """Return the punctuation and first-level characters of GB 2312 (rows 1, 3, 16-55) and Big5 (A140-A3BF, A440-C67E).

    Source: GB/T 2312-1980; Big5 (1984); both read from Python's codecs.
    """
    gb = [(row, range(0xA1, 0xFF)) for row in (0xA1, 0xA3, *range(0xB0, 0xD8))]
    big5 = [(row, [*range(0x40, 0x7F), *range(0xA1, 0xFF)]) for row in (0xA1, *range(0xA4, 0xC6))]
    big5.append((0xC6, list(range(0x40, 0x7F))))
    found = [
        bytes((row, cell)).decode(codec, "ignore")
        for codec, rows in (("gb2312", gb), ("big5", big5))
        for row, cells in rows
        for cell in cells
    ]
    return frozenset(char for char in found if char)
