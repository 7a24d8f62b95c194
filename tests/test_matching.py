"""Tests of `cleaner.matching`: many rules, bad patterns, long lines. No test is timed but for a guard against hangs."""

# ruff: noqa: SIM300 (the expected value stands first)

import subprocess
import sys

import pytest

from bench.rules import inline
from cleaner.chars import fold
from cleaner.matching import RuleSet
from cleaner.rule import Rule
from tests.conftest import ROOT

HANG_SECONDS = 300
"""Far above what any of the patterns needs; a backtracking matcher needs longer than the world has stood."""

MEGABYTE = 1_000_000
SLOW = [
    # pattern, line (an expression), how many spans it must claim
    ("(a+)+$", f"'a' * {MEGABYTE}", 0),
    ("(a+)+$", f"'a' * {MEGABYTE} + '!'", 0),
    ("(a+)+$", f"'!' * {MEGABYTE} + 'aaa'", 1),
    ("x[^y]*y|x", f"'ｘ' * ({MEGABYTE} // 3)", MEGABYTE // 3),
    ("(?:a|aa)+b", f"'a' * {MEGABYTE}", 0),
    ("(x+x+)+y", f"'x' * {MEGABYTE}", 0),
    ("(?:.*工){12}.*作", f"'工' * ({MEGABYTE} // 3)", 0),
]


@pytest.mark.parametrize(("pattern", "line", "count"), SLOW)
def test_slow_patterns_end(pattern: str, line: str, count: int) -> None:
    """A pattern that hangs a backtracking matcher ends on a line of 1 MB and claims what it says."""
    program = (
        "from cleaner.matching import RuleSet\n"
        "from cleaner.rule import Rule\n"
        f"rules = RuleSet([Rule('slow', '', {pattern!r}, (), ())], whole_line=False)\n"
        f"print(len(rules.hits({line})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=HANG_SECONDS, check=True
    )
    assert count == int(done.stdout)


def test_thousand_rules_match_as_one() -> None:
    """A rule among a thousand claims what it claims alone: the common scan for literals loses none."""
    rules = inline(1000)
    own = [rule for rule in rules.rules if not rule.id.startswith("made-")][::4]
    for rule in own:
        alone = RuleSet([rule], whole_line=False)
        for example in rule.removes:
            line = example.replace("⟦", "").replace("⟧", "")
            rivals = [(hit.start, hit.end) for hit in rules.rivals(fold(line)) if hit.rule.id == rule.id]
            assert [(hit.start, hit.end) for hit in alone.hits(line)] == rivals


def test_no_claim_at_the_edge_of_a_window() -> None:
    """`$` is the end of the line: where a long line is only cut for matching, it claims nothing."""
    rules = RuleSet([Rule("tail", "", "工+$", (), ())], whole_line=False)
    line = "要" + "工" * 300
    assert [] == rules.hits((line + "作") * 40)
    assert [(len(line) * 40 - 300, len(line) * 40)] == [(hit.start, hit.end) for hit in rules.hits(line * 40)]


def test_rivals_hold_the_claims() -> None:
    """What a set claims is among what its rules would claim one by one; claims are disjoint, rivals may overlap."""
    rules = RuleSet([Rule("early", "", "甲甲乙", (), ()), Rule("late", "", "甲乙乙", (), ())], whole_line=False)
    assert ["early"] == [hit.rule.id for hit in rules.claims("要甲甲乙乙落实")]
    assert ["early", "late"] == sorted(hit.rule.id for hit in rules.rivals("要甲甲乙乙落实"))
