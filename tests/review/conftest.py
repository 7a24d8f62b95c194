"""Results to look at, each run once: the sample, hostile texts, and one with all that a reviewer meets."""

import random
from pathlib import Path
from typing import Any

import pytest

from cleaner import pipeline
from cleaner.config import Config
from cleaner.engines.local import Local
from cleaner.progress import Progress

SAMPLE = Path(__file__).parents[2] / "data" / "raw"

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "{{ 7 * 7 }}{% raw %}{{ config }}",
    "\u202e\u2066bidi\u2069\u202c",
    '" onmouseover="alert(3)',
    "]]><svg/onload=alert(4)>",
    "<!--",
)


def run(raw: Path, out: Path, config: Config | None = None) -> dict[str, Any]:
    """Run the pipeline quietly in this process; return the manifest."""
    return pipeline.run(raw, out, config or Config(), Local(1), Progress(shown=False))


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Return the result of a run over data/raw, and its manifest. Not to be changed."""
    out = tmp_path_factory.mktemp("sample") / "out"
    return out, run(SAMPLE, out)


def speech(number: int, length: int = 30) -> str:
    """Return a speech of its own: `length` sentences that no other number shares."""
    chance = random.Random(number)
    words = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]
    body = "\n".join("".join(chance.choices(words, k=40)) + "。" for _ in range(length))
    # "Speech at meeting number …", "comrades", "thank you".
    return f"在第{number}次工作会议上的讲话\n同志们：\n{body}\n谢谢大家！\n"


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Return the result over speeches, file names and rejects that try to break out of the page."""
    raw = tmp_path_factory.mktemp("hostile")
    for number, attack in enumerate(HOSTILE):
        name = attack.replace("/", "|")
        site = raw / f"<b>{number}{name}"[:60]
        site.mkdir()
        text = speech(number).replace("。", f"。{attack}", 9)
        (site / f"{name}.txt").write_text(text, "utf-8")
        (site / "copy.txt").write_text(
            text.replace("谢谢大家", f"再见{attack}XX同志"), "utf-8"
        )  # "goodbye", "comrade XX"
        (site / "short.txt").write_text(f"短{attack}", "utf-8")
    (raw / "long.txt").write_text(speech(99) + "<b>长" * 4000 + "\n", "utf-8")
    out = tmp_path_factory.mktemp("hostile-out") / "out"
    return out, run(raw, out)


def make_judged(raw: Path) -> None:
    """Write a corpus with all that a reviewer meets: copies, masked and exact ones, near misses."""
    for number in range(4):
        lines = speech(number).split("\n")
        for site, change in (
            ("甲站", ""),
            ("乙站", "改"),
            ("丙站", "又改"),
        ):  # sites A, B, C; "changed", "changed again"
            (raw / site).mkdir(parents=True, exist_ok=True)
            body = [line[:-1] + change + line[-1:] if i % 9 == 5 else line for i, line in enumerate(lines)]
            if site == "丙站":
                body[3] = body[3][:9] + "XX" + body[3][11:]
            (raw / site / f"{number}.txt").write_text(
                "版权所有 甲站\n" + "\n".join(body), "utf-8"
            )  # "all rights: site A"
        shared = [line[:-1] + "改。" if i in (4, 8) else line for i, line in enumerate(lines[:22])]
        near = [*shared, *speech(number + 100).split("\n")[22:]]
        (raw / "丁站").mkdir(exist_ok=True)  # site D
        (raw / "丁站" / f"{number}.txt").write_text("\n".join(near), "utf-8")
    (raw / "丁站" / "copy.txt").write_bytes((raw / "甲站" / "0.txt").read_bytes())


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the result over `make_judged`. Not to be changed."""
    folder = tmp_path_factory.mktemp("judged")
    make_judged(folder / "raw")
    run(folder / "raw", folder / "out")
    return folder / "out"
