"""Tests of `cleaner.gate`: no rule that matches is passed over, line by line or all lines at once."""

import random

from cleaner.chars import fold
from cleaner.gate import Gate
from cleaner.matching import Matcher, Rule, RuleSet
from cleaner.rulepack import STAGES, WHOLE_LINE, load, shipped


def test_no_rule_that_matches_is_passed_over() -> None:
    """On the rules' own examples, whole, cut and joined, each rule that claims something is told by the gate."""
    generator, pack = random.Random(1), load([shipped()])
    examples = [fold(text).translate({ord("⟦"): None, ord("⟧"): None}) for rule in pack.rules for text in rule.removes]
    examples += [fold(text) for rule in pack.rules for text in rule.keeps]
    lines = [*examples, *(f"  {line} " for line in examples), ""]
    for _ in range(500):
        one, other = generator.choices(examples, k=2)
        lines.append(one[generator.randrange(len(one)) :] + other[: generator.randrange(1, len(other) + 1)])
    for stage in STAGES:
        matchers = [Matcher(rule, stage in WHOLE_LINE) for rule in pack.rules if rule.stage == stage]
        gate = Gate(matcher.needs() for matcher in matchers)
        told = dict(gate.lines(lines))
        for n, line in enumerate(lines):
            claiming = {i for i, matcher in enumerate(matchers) if any(matcher.spans(line))}
            assert claiming <= gate.rules(line) == told.get(n, set())


def test_a_rule_of_which_nothing_is_known_is_always_told() -> None:
    """A rule without a literal may match any line, an empty one too."""
    gate = Gate([[], [frozenset({"水库"})]])  # reservoir
    assert dict(gate.lines(["", "修水库"])) == {0: {0}, 1: {0, 1}}
    assert [gate.rules("水"), gate.rules("水库")] == [{0}, {0, 1}]


def test_no_lines_no_rules() -> None:
    """Without lines nothing is told, and without rules neither."""
    assert dict(Gate([[frozenset({"水"})]]).lines([])) == {}
    assert dict(Gate([]).lines(["水", ""])) == {}


def test_a_keyword_of_any_length_is_found() -> None:
    """A rule's keywords may be longer than what the gate looks at."""
    rule = Rule("long", "Why.", "青禾稿库收集整理.*", ("青禾稿库收集整理",), ("青禾",), keywords=("青禾稿库收集整理",))
    rules = RuleSet([rule], whole_line=False)
    lines = ["青禾稿库收集整理于此", "青禾稿库收集", "稿库收集整理"]
    assert [i for i, _ in rules.scan(lines)] == [0]
