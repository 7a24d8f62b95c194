"""How much more memory does a corpus take that is four times as large?

`python -m bench.memory N FOLDER` cleans N pages, 4 N pages, and N pages four times as long, each in a run of its own
with two workers, and prints the peak of the anonymous memory of all its processes. Pages of mapped files are left out:
the system takes them back at any time. From 3,000 pages on all three runs start workers, which take 150 MB each.
"""

import argparse
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bench.corpus import sentences

PARAGRAPHS, SENTENCES = 12, 8


def write(folder: Path, n_pages: int, n_sentences: int) -> int:
    """Write pages of twelve paragraphs, no two alike; return how many characters."""
    chance, n_chars = random.Random(1), 0
    alphabet = [char for sentence in sentences() for char in sentence if char not in "，。"]
    length = sum(map(len, sentences())) // len(sentences())
    for page in range(n_pages):
        lines = [
            "".join("".join(chance.choices(alphabet, k=length)) + "。" for _ in range(n_sentences))
            for _ in range(PARAGRAPHS)
        ]
        path = folder / f"{page // 1000:03d}" / f"{page:07d}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines), "utf-8")
        n_chars += sum(map(len, lines))
    return n_chars


def peak(raw: Path, out: Path) -> float:
    """Clean RAW into OUT in a run of its own and return the peak of its anonymous memory in MB."""
    command: list[str | Path] = [Path(sys.executable).parent / "cleaner", "run", raw, out, "--workers", "2"]
    running, found = subprocess.Popen(command, stdout=subprocess.DEVNULL), 0.0
    while running.poll() is None:
        found = max(found, sum(map(_anonymous_mb, _tree(running.pid))))
        time.sleep(0.05)
    return found


def _tree(pid: int) -> list[int]:
    """Return a process and all that it started."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        own = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:  # it is gone
        return []
    return [pid, *(one for child in own for one in _tree(child))]


def _anonymous_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon:"))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=int)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    peaks: list[tuple[float, int]] = []
    for n_pages, n_sentences in ((1, 1), (4, 1), (1, 4)):
        shutil.rmtree(options.folder, ignore_errors=True)
        n_chars = write(options.folder / "raw", n_pages * options.pages, n_sentences * SENTENCES)
        peaks.append((peak(options.folder / "raw", options.folder / "out"), n_chars))
        print(f"{n_pages * options.pages:9,} pages {n_chars:12,} characters {peaks[-1][0]:8.0f} MB", flush=True)
    (small, few), (many, _), (long, more) = peaks
    a_char = (long - small) * 2**20 / (more - few)
    an_id = ((many - small) * 2**20 - 3 * few * a_char) / (3 * options.pages * (PARAGRAPHS + 1))
    print(f"{a_char:.1f} bytes a character, {an_id:.0f} bytes an id (a speech or a paragraph)")


if __name__ == "__main__":
    main()
