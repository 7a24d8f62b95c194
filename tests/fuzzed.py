"""Inputs that nobody would write: real files, cut, joined, overwritten and mixed by a seeded hand."""

import gzip
import io
import json
import random
from functools import cache

import docx
import pyarrow as pa
import pyarrow.parquet as pq

from cleaner.rulepack import shipped
from tests.conftest import SAMPLE, SHARED
from tests.ingest.packed import tar_of, zip_of

MAX_BYTES = 6000
"""Of a base: what breaks a reader fits in it, and a thousand inputs take seconds."""
PIECES = (
    b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b", b"\r", b"\n", b"\n\n", b"\t", b"\xff", b"\xc3", b"\xe4\xbd",
    b"&#x0;", b"<p>", b"</p>", b"<!--", b"]]>", b'"', b"\\", b"{", b"[", b",", b"%s", b"!", b"-1", b"1e999",
    "\ufffd锟斤拷".encode(), "\u3000\u200b\u202e".encode(), "X×*_○〇".encode(), "\U0010ffff\ud7ff".encode(),
    "篇一：讲话\n同志们：\n".encode(), "来源：网友投稿 时间：2023-01-01\n".encode(), "会议".encode("gb18030"),
    "會議".encode("big5"), "会议".encode("utf-16"), "会议".encode().decode("latin-1").encode(), b"X" * 300,
    "（".encode() * 200, "□".encode() * 200, b" " * 500,
)  # fmt: skip


@cache
def bases() -> tuple[tuple[str, bytes], ...]:
    """Return the name and bytes of the files that are spoiled: real ones, and one of every format that is read."""
    folders = (SAMPLE, SHARED / "seeds" / "raw")
    texts = [path.read_bytes() for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    some = [text.decode("utf-8", "replace")[:700] for text in texts[:4]]
    document, sheet = docx.Document(), io.BytesIO()
    for line in some[0].split("\n"):
        document.add_paragraph("".join(char for char in line if char.isprintable()))
    word = io.BytesIO()
    document.save(word)
    pq.write_table(pa.table({"text": some, "n": [1, 2, 3, 4]}), sheet)
    page = "<html><head><meta charset=utf-8><title>讲话</title></head><body><div>" + "".join(
        f"<p>{line}</p>" for line in some[1].split("\n")
    )
    lines = "".join(json.dumps({"id": i, "text": text}, ensure_ascii=False) + "\n" for i, text in enumerate(some))
    rows = "id,text\n" + "".join(f'{i},"{text.replace(chr(34), "")}"\n' for i, text in enumerate(some))
    members = {f"{i}.txt": text.encode() for i, text in enumerate(some)}
    made = [
        ("a.docx", word.getvalue()), ("a.html", page.encode()), ("a.html", page.encode("gb18030", "replace")),
        ("a.jsonl", lines.encode()), ("a.json", json.dumps([{"text": text} for text in some]).encode()),
        ("a.csv", rows.encode()), ("a.tsv", rows.replace(",", "\t").encode("gb18030", "replace")),
        ("a.parquet", sheet.getvalue()), ("a.zip", zip_of(members)), ("a.tar", tar_of(list(members.items()))),
        ("a.txt.gz", gzip.compress(texts[0])), ("a.zip", zip_of({"b.zip": zip_of(members), "t.csv": rows.encode()})),
    ]  # fmt: skip
    return tuple([("a.txt", text) for text in texts] + made * 2)


@cache
def packs() -> tuple[bytes, ...]:
    """Return the shipped rule packs."""
    return tuple(path.read_bytes() for path in sorted(shipped().glob("*/*.toml")))


def spoiled(data: bytes, chance: random.Random, times: int) -> bytes:
    """Return `data` with `times` things done to it."""
    for _ in range(times):
        a, b = sorted(chance.choices(range(len(data) + 1), k=2))
        b = min(b, a + chance.choice((1, 2, 16, 256)))
        match chance.randrange(7):
            case 0:
                data = data[:a] + data[b:]
            case 1:
                data = data[:a] + data[a:b] * chance.choice((2, 3, 40)) + data[b:]
            case 2:
                data = data[:a] + chance.choice(PIECES) + data[b:]
            case 3:
                data = data[:a] + chance.choice(PIECES) + data[a:]
            case 4:
                data = data[:a] + chance.randbytes(b - a) + data[b:]
            case 5:
                other = chance.choice(bases())[1]
                at = chance.randrange(len(other) + 1)
                data = data[:a] + other[at : at + 300] + data[b:]
            case 6:
                data = data[:a] if chance.random() < 0.3 else data[b:] + data[:b]
    return data


def source(seed: int) -> tuple[str, bytes]:
    """Return the name and the bytes of the source that `seed` makes."""
    chance = random.Random(seed)
    name, data = chance.choice(bases())
    if name == "a.txt" and len(data) > MAX_BYTES:
        at = chance.randrange(len(data) - MAX_BYTES)
        data = data[at : at + MAX_BYTES]
    return name, spoiled(data, chance, chance.randrange(9))


def pack(seed: int) -> bytes:
    """Return the bytes of the rule pack that `seed` makes."""
    chance = random.Random(seed)
    tables = chance.choice(packs()).split(b"[[rule]]")
    head, rules = tables[0], tables[1:]
    chosen = chance.sample(rules, min(len(rules), 3))
    return spoiled(head + b"".join(b"[[rule]]" + rule for rule in chosen), chance, chance.randrange(1, 5))
