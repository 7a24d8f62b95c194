"""Prints how well the held-back files are cleaned: `python -m tests.heldback [--faults] [--seed N] [--write FOLDER]`.

Each half is cleaned as it stands, and once more with heads, speeches and feet crossed and set anew (`--seed`).

`--faults` names what went wrong, in the files that rules may be written from (`dev`); those of `aside` are only
counted. `--write` leaves texts and gold below FOLDER, as `score.py RUN FOLDER/half/raw FOLDER/half/gold` reads them.
"""

import argparse
import json
from pathlib import Path

from tests.heldback.crossed import crossed
from tests.heldback.marked import read_all
from tests.heldback.measure import HALVES, ROWS, measure

CROSSED = 300
AS_SCORED = {"page_number": "inline_ad", "separator": "site_footer"}
"""Labels that a scorer does not know, which counts what they stand on as a speech's."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    for half in HALVES:
        files, sites = read_all(half), len([path for path in half.iterdir() if path.is_dir()])
        for title, gold in (
            (f"{half.name}: {len(files)} files of {sites} sites", files),
            (f"{half.name}, crossed: {CROSSED} files", crossed(half, CROSSED, given.seed)),
        ):
            score = measure(gold)
            print(title)
            for name, part, whole in ROWS:
                print(f"  {name:28} {score.ratio(part, whole):.4f}   {score.counts[part]:,} of {score.counts[whole]:,}")
            if given.faults and half.name == "dev":
                print(*score.faults, sep="\n")
        if given.write:
            write(half, given.write / half.name)


def write(half: Path, out: Path) -> None:
    """Write the texts of a half and their gold, each span under a label that scorers know."""
    for name, (text, gold) in read_all(half).items():
        raw, told = out / "raw" / name, out / "gold" / (name.replace("/", "__") + ".json")
        raw.parent.mkdir(parents=True, exist_ok=True)
        told.parent.mkdir(parents=True, exist_ok=True)
        raw.write_bytes(text.encode("utf-8"))
        spans = [{**span, "label": AS_SCORED.get(span["label"], span["label"])} for span in gold["spans"]]
        told.write_text(json.dumps({**gold, "spans": spans}, ensure_ascii=False, indent=1), "utf-8")


if __name__ == "__main__":
    main()
