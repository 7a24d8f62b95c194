"""How long does a reviewer wait, and how much memory does the server take, at 100,000 speeches and 20,000 clusters?

    python -m bench.review [--clusters 20000]

The tables are written here, as a run would leave them: the pipeline is measured elsewhere. The server is the command,
in a process of its own, asked over the loopback address.
"""

import argparse
import dataclasses
import hashlib
import json
import random
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import pyarrow as pa

from bench.corpus import sentences
from cleaner.config import Config
from cleaner.store import manifest, schemas
from cleaner.store.tables import Writer

COPIES, SINGLES, NEAR_MISSES = 2, 2, 1
"""For each cluster: copies of its survivor, speeches that nothing duplicates, near misses of the survivor."""
STEPS = 100
BATCH = 2000
FOOT = "\n版权所有 某某网"  # "all rights reserved, such-and-such site"


def make(out: Path, n_clusters: int) -> int:
    """Write a result of `n_clusters` clusters, each spread over sites; return how many speeches it has."""
    said = sentences()
    names = sorted(
        (f"site-{(cluster * 7 + place * 101) % 300:03d}/{cluster:06d}-{place}.txt", cluster, place)
        for cluster in range(n_clusters)
        for place in range(1 + COPIES + SINGLES)
    )
    site_of = {(cluster, place): name for name, cluster, place in names}
    with ExitStack() as stack:
        writers = {t.name: stack.enter_context(Writer(out / t.name, t)) for t in schemas.TABLES}
        for first in range(0, len(names), BATCH):
            rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
            for name, cluster, place in names[first : first + BATCH]:
                _speech(rows, name, f"{site_of[cluster, 0]}#0", cluster, place, said)
            for table, some in rows.items():
                writers[table].write(pa.Table.from_pylist(some, writers[table].table.schema))
        near = random.Random(2)
        pairs = [
            _pair(f"{site_of[cluster, 0]}#0", f"{site_of[cluster, place]}#0", 0.9 if place <= COPIES else value)
            for _, cluster, first in names if first == 0
            for value in (round(near.uniform(0.4, 0.6), 6),)
            for place in range(1, 1 + COPIES + NEAR_MISSES)
        ]  # fmt: skip
        writers["pairs"].write(pa.Table.from_pylist(pairs, schemas.PAIRS.schema))
    manifest.write(out, {"config": json.loads(json.dumps(dataclasses.asdict(Config()))), "digests": {"rules": ""}})
    return len(names)


def _speech(
    rows: dict[str, list[dict[str, Any]]], name: str, kept: str, cluster: int, place: int, said: list[str]
) -> None:
    """Add the rows of one speech and its source: the survivor is the first, copies are one sentence off it."""
    body = random.Random(cluster if place <= COPIES else f"{cluster}/{place}").choices(said, k=40)
    if place:
        body[place * 7] = said[cluster % len(said)]
    is_copy = 0 < place <= COPIES
    text = "\n".join("".join(body[j : j + 5]) for j in range(0, 40, 5))
    row: dict[str, Any] = {
        "id": f"{name}#0", "source": name, "ordinal": 0, "start": 0, "end": len(text), "title": text[:18],
        "date": None, "text": text, "n_chars": len(text), "n_placeholders": 0, "placeholder_ratio": 0.0,
        "encoding": "utf-8", "raw_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "cluster_id": kept if place <= COPIES else None, "n_duplicates": 0 if place else COPIES,
        "n_repeated_paragraphs": 0, "flags": [],
    }  # fmt: skip
    if is_copy:
        row |= {"kept_id": kept, "similarity": 0.9, "jaccard": 0.9, "containment": 0.95, "reason": "near-duplicate"}
    rows["duplicates" if is_copy else "speeches"].append(row)
    decoded = text + FOOT
    rows["sources"].append({
        "source": name, "size_bytes": len(decoded.encode()), "sha256": row["raw_sha256"], "encoding": "utf-8",
        "evidence": "strict", "decoded_sha256": hashlib.sha256(decoded.encode()).hexdigest(), "n_chars": len(decoded),
        "n_speeches": 1, "status": "clean", "flags": [],
    })  # fmt: skip
    edit = {"source": name, "stage": "footer", "rule": "copyright", "inserted": "", "kind": None}
    rows["edits"].append(edit | {"start": len(text), "end": len(decoded), "removed": FOOT})
    if not is_copy:
        rows["paragraphs"] += [
            {"id": f"{row['id']}/{seq}", "speech_id": row["id"], "seq": seq, "text": line, "n_chars": len(line),
             "cluster_id": None, "kept": True, "kept_id": None, "similarity": None}
            for seq, line in enumerate(text.split("\n"))
        ]  # fmt: skip


def _pair(a: str, b: str, similarity: float) -> dict[str, Any]:
    return {"level": "speech", "a": a, "b": b, "similarity": similarity, "jaccard": similarity, "containment": 0.9}


def _timed(url: str, data: dict[str, str] | None = None, origin: str = "") -> tuple[float, str, str]:
    """Return the seconds that an answer takes, its text, and where it came from."""
    body = urllib.parse.urlencode(data).encode() if data else None
    begin = perf_counter()
    with urllib.request.urlopen(urllib.request.Request(url, body, {"Origin": origin} if origin else {})) as answer:
        text = answer.read().decode()
    return perf_counter() - begin, text, answer.url


def measure(n_clusters: int) -> None:
    """Print what a reviewer waits for, and the memory of the server."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        n_speeches = make(out, n_clusters)
        print(f"review: {n_speeches:,} speeches, {n_clusters:,} clusters")
        command = [sys.executable, "-c", "from cleaner.cli import main; main()", "review", str(out)]
        command += ["--port", "0", "--decisions", str(Path(folder) / "decisions.jsonl")]
        begin = perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                address = process.stdout.readline().split()[0]
                print(f"{'start of the server':<58} {perf_counter() - begin:>10.2f} s")
                _walk(address, n_clusters * (COPIES + NEAR_MISSES), Path(f"/proc/{process.pid}/status"))
            finally:
                process.kill()


def _walk(address: str, n_pairs: int, status: Path) -> None:
    first, text, _ = _timed(address)
    print(f"{'first page':<58} {first:>10.2f} s")
    token = re.search(r'name="token" value="([^"]+)"', text)
    assert token is not None
    chance = random.Random(2)
    some = [chance.randrange(n_pairs - 1) for _ in range(STEPS)]
    pages = [_timed(f"{address}pair/{pair}") for pair in some]
    marks = [re.findall(r"of=([0-9a-f-]+)", page)[0] for _, page, _ in pages]
    asked = {
        "next cluster": [seconds for seconds, _, _ in pages],
        "verdict, and the next pair": [
            _timed(f"{address}decide/{pair}/unsure?of={of}", {"token": token[1]}, address.rstrip("/"))[0]
            for pair, of in zip(some, marks, strict=True)
        ],
        "next undecided near miss of one site, nearest to τ first": [
            _timed(f"{address}pair/{pair}?kind=near&state=undecided&source=site-007&order=threshold")[0]
            for pair in some[:20]
        ],
        "list of paragraphs": [_timed(f"{address}?level=paragraph")[0]],
        "original file": [_timed(f"{address}raw/speech/{pair}")[0] for pair in some[:20]],
    }  # fmt: skip
    for what, seconds in asked.items():
        print(f"{what + ', median and slowest':<58} {median(seconds) * 1000:>10.0f} ms {max(seconds) * 1000:>6.0f} ms")
    peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    print(f"{'peak memory of the server':<58} {int(peak.split()[1]) / 1024:>10.0f} MB")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="what a reviewer waits for")
    parser.add_argument("--clusters", type=int, default=20_000)
    measure(parser.parse_args().clusters)


if __name__ == "__main__":
    main()
