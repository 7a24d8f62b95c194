"""Does a finished result keep its guarantees?

In: OUT. Out: what was checked, or an `AuditError` that names the first failure. Nothing of the tables is taken on
trust: the digests are compared, every source is rebuilt from its edits and texts, the comparison forms are made anew
from the edits, every signature is sketched and every pair compared again, and the keep rule is run again over the
pairs; with the rules of the run at hand, every source is cleaned again and must give the same edits. What a result
cannot show, a pair that was never found, is estimated: the bands are drawn again under another seed. In memory are
names and digests; comparison forms lie in a file for the time.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cleaner import __version__, rulepack
from cleaner.config import Config, as_config
from cleaner.errors import CleanerError, FilterError
from cleaner.filters import own
from cleaner.store import manifest
from cleaner.store.flat import Arrays, Flat
from cleaner.verify.duplicates import check_fates, check_signatures
from cleaner.verify.paragraphs import check_paragraphs
from cleaner.verify.result import check_decisions, check_files
from cleaner.verify.sources import check_sources


def _filters(config: Config) -> dict[str, str] | None:
    """Return the versions of the filters of one's own; None if one is not at hand."""
    try:
        return own.versions(config)
    except FilterError:
        return None


@dataclass(frozen=True, slots=True)
class Checked:
    """What was checked.

    Args:
        rows: by table.
        n_characters: of the decoded sources that were rebuilt.
        cleaned_again: whether rules and program are those of the run, so that every edit could be made again.
        estimated_recall: of the pairs at τ.
    """

    rows: dict[str, int]
    n_characters: int
    cleaned_again: bool
    estimated_recall: float


def check(out: Path) -> Checked:
    """Hold the result in OUT against its guarantees.

    Raises:
        InputError: there is no result in OUT.
        AuditError, SchemaError: the first guarantee that does not hold, with the table and row.
    """
    manifest.recover(out)
    described = manifest.read(out)
    config = as_config(described["config"])
    counted = check_files(out, described, config)
    try:
        rules = rulepack.chosen(config.rules)
    except CleanerError:  # they are no longer where they were
        rules = None
    same = rules is not None and rules.digest == described["digests"]["rules"] and described["cleaner"] == __version__
    same = same and _filters(config) == described.get("filters", {})
    with tempfile.TemporaryDirectory() as folder:
        with Flat(Path(folder) / "codes", np.uint32) as file:
            speeches = check_sources(out, config, rules if same else None, file)
        forms = speeches.forms()
        check_signatures(out, config, speeches, forms, Arrays(Path(folder)))
        decisions = check_decisions(out, described)
        order, recall = check_fates(out, config, speeches, forms, decisions.speeches)
        check_paragraphs(out, config, speeches, forms, order, decisions.paragraphs)
    return Checked(counted, speeches.n_characters, same, recall)
