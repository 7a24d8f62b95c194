"""What did a run do, in numbers? Added up shard by shard, for the manifest."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from cleaner.dedup.corpus import Found
from cleaner.dedup.keep import REASONS


class Counts:
    """The counts of a run, added up shard by shard."""

    def __init__(self) -> None:
        self.sources: Counter[str] = Counter()
        self.encodings: Counter[str] = Counter()
        self.rejected: Counter[str] = Counter()
        self.stages: dict[str, Counter[str]] = {}
        self.rules: dict[str, Counter[str]] = {}
        self.characters: Counter[str] = Counter(decoded=0, out=0)
        self.n_bytes = 0

    def add(self, tables: Mapping[str, pa.Table]) -> None:
        """Add the rows of one shard, by table."""
        sources, edits, rejected = tables["sources"], tables["edits"], tables["rejected"]
        self.sources.update(sources["status"].to_pylist())
        self.encodings.update(name for name in sources["encoding"].to_pylist() if name)
        self.rejected.update(rejected["reason"].to_pylist())
        self.n_bytes += pc.sum(sources["size_bytes"]).as_py() or 0
        self.characters["decoded"] += pc.sum(sources["n_chars"]).as_py() or 0
        for name in ("speeches", "duplicates", "rejected"):
            self.characters["out"] += pc.sum(pc.utf8_length(tables[name]["text"])).as_py() or 0
        sizes = pa.table({
            "stage": edits["stage"], "rule": edits["rule"],
            "removed": pc.utf8_length(edits["removed"]), "inserted": pc.utf8_length(edits["inserted"]),
        })  # fmt: skip
        grouped = sizes.group_by(["stage", "rule"]).aggregate(
            [("removed", "sum"), ("inserted", "sum"), ("rule", "count")]
        )
        for row in grouped.to_pylist():
            added = Counter(edits=row["rule_count"], removed=row["removed_sum"], inserted=row["inserted_sum"])
            self.stages.setdefault(row["stage"], Counter()).update(added)
            self.rules.setdefault(f"{row['stage']}/{row['rule']}", Counter()).update(added)

    def summary(self, n_rows: dict[str, int], found: Found) -> dict[str, Any]:
        """Return the counts as the manifest holds them, names in order."""
        reasons = Counter(REASONS[i] for i in found.fates.reason.tolist())
        return {
            "sources": {"read": self.sources.total(), "bytes": self.n_bytes, **dict(sorted(self.sources.items()))},
            "encodings": dict(sorted(self.encodings.items())),
            "rejected": dict(sorted(self.rejected.items())),
            "characters": dict(self.characters),
            "stages": {name: dict(self.stages[name]) for name in sorted(self.stages)},
            "rules": {name: dict(self.rules[name]) for name in sorted(self.rules)},
            "speeches": {
                "found": len(found.order), "kept": n_rows["speeches"], "dropped": n_rows["duplicates"],
                **{reason: reasons[reason] for reason in REASONS if reason != "kept"},
            },
            "rows": n_rows,
        }  # fmt: skip
