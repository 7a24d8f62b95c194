"""Which files does a person look at when a run is done?

In: the folder that holds the tables, and what the manifest says of them. Out: `report/index.html` and `README.md` in
that folder. What always holds: the same tables and manifest give the same bytes; memory holds ids and the chosen texts.
"""

from pathlib import Path
from typing import Any

from cleaner import rulepack
from cleaner.config import Config
from cleaner.errors import CleanerError
from cleaner.review.card import card
from cleaner.review.clusters import wanted
from cleaner.review.fetch import fetch
from cleaner.review.gather import gather
from cleaner.review.lookup import Lookup
from cleaner.review.page import render
from cleaner.review.sample import sample
from cleaner.store.schemas import CODED_RULES


def write(folder: Path, summary: dict[str, Any], config: Config) -> None:
    """Write the report and the dataset card of the tables below `folder`.

    Args:
        summary: what the manifest holds.
        config: the config of the run; `output.report` says whether there is an HTML page.
    """
    (folder / "README.md").write_bytes(card(summary, config).encode())
    if config.output.report:
        (folder / "report").mkdir(exist_ok=True)
        (folder / "report" / "index.html").write_bytes(_page(folder, summary, config))


def _page(folder: Path, summary: dict[str, Any], config: Config) -> bytes:
    rules = [(stage, rule) for stage, _, rule in (name.partition("/") for name in summary["counts"]["rules"])]
    found = gather(folder, config)
    sampled = sample(folder, rules, found.large)
    examples = [row for rows in sampled.examples.values() for row in rows]
    told, contexts = fetch(Lookup(folder), wanted(found), examples, config.dedup.script)
    return render(summary, config, found, sampled, told, contexts, whys(summary, config))


def whys(summary: dict[str, Any], config: Config) -> dict[str, str]:
    """Return why each rule is there, by id; of packs nothing if those at hand are not those of the run."""
    try:
        pack = rulepack.chosen(config.rules)
    except CleanerError:
        return CODED_RULES
    if pack.digest != summary["digests"]["rules"]:
        return CODED_RULES
    lists = {f"{rule.id}-list": f"The lines below: {rule.why}" for rule in pack.rules if rule.opens}
    return CODED_RULES | lists | {rule.id: rule.why for rule in pack.rules}
