"""What does the dataset card of a result say?

In: the manifest's content. Out: `README.md` as the Hugging Face hub and `datasets.load_dataset(OUT, …)` read it: YAML
front matter that names every table as a configuration, then the counts and limits in prose. No text of a speech stands
in it.
"""

from typing import Any

from cleaner.config import Config
from cleaner.filters import STAGES
from cleaner.store.schemas import DUPLICATES, NAMES, SPEECHES

DEFAULT = "speeches"
_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"))
_LEAVES = {
    "remove": "Each is taken out of the text, and the debris it would leave goes with it.",
    "mask": "Each is one mark in the text.",
    "keep": "Each stands in the text as it was.",
}
_WHAT = {
    "sources": "every file that was read, and what became of it",
    "speeches": "the corpus: one row a kept speech",
    "duplicates": "the speeches that were dropped, each with the kept one it yields to",
    "paragraphs": "every paragraph of every kept speech; `kept` is false where it stands in another",
    "pairs": "every verified pair of similar speeches or paragraphs",
    "edits": "the audit: every span that was changed, by which rule",
    "rejected": "what was set aside, and why",
    "signatures": "MinHash signatures, for queries with datasketch",
}


def size_category(n_rows: int) -> str:
    """Return the hub's name for a size.

    >>> size_category(33), size_category(250_000)
    ('n<1K', '100K<n<1M')
    """
    return next((name for limit, name in _SIZES if n_rows < limit), "n>10M")


def card(summary: dict[str, Any], config: Config) -> str:
    """Return the text of README.md."""
    return "\n".join(
        (*_front(summary), "", *_counts(summary, config), "", *_cleaning(summary, config), "", *_use(), "")
    )


def _front(summary: dict[str, Any]) -> list[str]:
    lines = [
        "---",
        "pretty_name: Chinese speeches, cleaned and deduplicated",
        "language:",
        "- zh",
        "license: other  # fill in: the right to publish is that of the sources, which cleaner cannot know",
        "task_categories:",
        "- text-generation",
        "size_categories:",
        f"- {size_category(summary['counts']['speeches']['kept'])}",
        "configs:",
    ]
    for name in sorted(NAMES, key=lambda name: (name != DEFAULT, NAMES.index(name))):
        lines += [f"- config_name: {name}", f"  data_files: {name}/*.parquet"]
        lines += ["  default: true"] if name == DEFAULT else []
    return [*lines, "---"]


def _counts(summary: dict[str, Any], config: Config) -> list[str]:
    counts = summary["counts"]
    sources, speeches, characters, rows = counts["sources"], counts["speeches"], counts["characters"], counts["rows"]
    return [
        "# Chinese speeches, cleaned and deduplicated", "",
        f"{speeches['kept']:,} speeches, made by cleaner {summary['cleaner']} from {sources['read']:,} files.",
        *_sample(summary),
        *(["`report/index.html` shows what was removed and what duplicates what;"] if config.output.report else []),
        "`manifest.json` holds every count and setting.",
        "", "| | |", "|---|---:|",
        f"| files read | {sources['read']:,} |",
        f"| files set aside whole | {sources.get('rejected', 0):,} |",
        f"| characters decoded | {characters['decoded']:,} |",
        f"| characters left by the rules | {characters['out']:,} |",
        f"| speeches found | {speeches['found']:,} |",
        f"| dropped as exact copies | {speeches.get('exact', 0):,} |",
        f"| dropped as near-duplicates | {speeches.get('near-duplicate', 0):,} |",
        f"| dropped as excerpts | {speeches.get('contained', 0):,} |",
        *([f"| dropped by decisions | {n:,} |"] if (n := speeches.get("decision", 0)) else []),
        f"| **speeches kept** | **{speeches['kept']:,}** |",
        "", "| configuration | rows | what it holds |", "|---|---:|---|",
        *(f"| `{name}` | {rows.get(name, 0):,} | {_WHAT[name]} |" for name in NAMES),
    ]  # fmt: skip


def _sample(summary: dict[str, Any]) -> list[str]:
    """Return the line that says that the corpus is of a sample, if it is."""
    sample = summary.get("sample")
    return [f"A sample: {sample['asked']:,} were asked for of {sample['of']:,} files."] if sample else []


def _cleaning(summary: dict[str, Any], config: Config) -> list[str]:
    counts, dedup = summary["counts"], config.dedup
    order = ("repair", "split", *(name for name, _ in STAGES), "paragraph-dedup")
    lines = ["## How it was made", "", "| stage | edits | characters removed | inserted |", "|---|---:|---:|---:|"]
    for stage in order:
        if row := counts["stages"].get(stage):
            lines.append(f"| {stage} | {row['edits']:,} | {row['removed']:,} | {row['inserted']:,} |")
    rules = sorted(counts["rules"].items(), key=lambda item: (-item[1]["removed"], item[0]))[:10]
    lines += [
        "",
        "The rules that removed most: " + ", ".join(f"`{n}` ({r['removed']:,} characters)" for n, r in rules) + ".",
    ]
    paragraphs = (
        "cut from the later speech"
        if config.paragraphs.action == "drop"
        else "marked in `paragraphs`, the text left whole"
    )
    return [
        *lines, "",
        f"Two speeches are one if the Jaccard similarity of their {dedup.k}-character shingles is at least",
        f"{dedup.threshold:g}, with a placeholder of one taken for the words of the other. Values are exact,",
        f"candidates come from MinHash LSH (`num_perm` {dedup.num_perm}, seed {dedup.seed}). A speech of which",
        f"a share of {dedup.containment:g} stands in another is an excerpt of it.",
        f"Who stays: {', '.join(dedup.keep)}. A repeated paragraph is {paragraphs}.", "",
        f"Digest of the rules: `{summary['digests']['rules']}`", "",
        "## Limits", "",
        "- Placeholders (X, ×, \\*, ○, 某 and the like) stand for words the sites took out.",
        f"  {_LEAVES[config.placeholders.policy]} The words behind them are not known.",
        "  `n_placeholders` and `placeholder_ratio` tell how much of a speech is affected.",
        "- Errors of scanning and typing that the sites published are still in the texts; only damaged encodings are",
        "  repaired.",
        "- `date` is what a line at the head or foot of the speech says; most speeches have none. No date is guessed.",
        "- Junk of a kind that no rule knows is still in the texts. Titles are the sites' own.",
        "- Recall of near-duplicates below the threshold is lower than above it; `manifest.json` states what is",
        "  expected.",
    ]  # fmt: skip


def _use() -> list[str]:
    lines = [
        "## Use", "", "```python", "from datasets import load_dataset", "",
        'speeches = load_dataset("OUT", "speeches", split="train")      # OUT: this folder', "```", "",
        "## Columns of `speeches`", "", "| column | type | meaning |", "|---|---|---|",
    ]  # fmt: skip
    for field in SPEECHES.schema:
        meaning = field.metadata[b"meaning"].decode().replace("<", "\\<").replace("|", "\\|")
        lines.append(f"| `{field.name}` | `{field.type}` | {meaning} |")
    extra = [f"`{name}`" for name in DUPLICATES.schema.names if name not in SPEECHES.schema.names]
    lines += ["", "`duplicates` has the same columns and " + ", ".join(extra) + "."]
    return [*lines, "The other tables carry the meaning of each column in their Parquet metadata."]
