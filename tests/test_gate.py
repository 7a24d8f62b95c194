"""Tests of `cleaner.gate`: no rule that matches is passed over, line by line or all lines at once."""

import random

from cleaner.chars import fold
from cleaner.gate import Gate, Need
from cleaner.matching import RuleSet
from cleaner.rule import Matcher, Rule
from cleaner.rulepack import WHOLE_LINE, load, shipped


def test_no_rule_that_matches_is_passed_over() -> None:
    """On the rules' own examples, whole, cut and joined, each rule that claims something is told by the gate."""
    generator, pack = random.Random(1), load([shipped()])
    examples = [fold(text).translate({ord("⟦"): None, ord("⟧"): None}) for rule in pack.rules for text in rule.removes]
    examples += [fold(text) for rule in pack.rules for text in rule.keeps]
    lines = [*examples, *(f"  {line} " for line in examples), ""]
    for _ in range(500):
        one, other = generator.choices(examples, k=2)
        lines.append(one[generator.randrange(len(one)) :] + other[: generator.randrange(1, len(other) + 1)])
    matchers = [Matcher(rule, rule.stage in WHOLE_LINE) for rule in pack.rules]
    gate = Gate((matcher, matcher.need) for matcher in matchers)
    told = dict(gate.lines(lines))
    for n, line in enumerate(lines):
        claiming = {matcher.rule.id for matcher in matchers if any(matcher.spans(line))}
        assert claiming <= {matcher.rule.id for matcher in told.get(n, ())}
        assert told.get(n, ()) == gate.rules(line)


def test_a_look_changes_no_claim() -> None:
    """What is remembered of many lines tells every rule that is told of one, bare or as it stands."""
    lines = ["  修水库", "水库 ", "修 水"]  # build a reservoir
    gate = Gate([("any", need()), ("word", need("水库")), ("indent", need("  修")), ("blank", need(" "))])
    alone = [set(gate.rules(line)) for line in (*lines, *(line.strip() for line in lines))]
    gate.look(lines)
    assert alone[:3] == [set(gate.rules(line)) for line in lines]
    assert all(told <= set(gate.rules(line.strip())) for told, line in zip(alone[3:], lines, strict=True))
    assert list(gate.lines(lines)) == [
        (0, ["any", "word", "indent", "blank"]),
        (1, ["any", "word", "blank"]),
        (2, ["any", "blank"]),
    ]
    gate.look([])
    assert gate.rules("水库") == ["any", "word"]


def test_the_edges_of_a_line_count_without_its_blanks() -> None:
    """A rule is told only where the line begins and ends with its characters, blanks aside."""
    gate = Gate([("page", Need(frozenset({"页"}), frozenset("第"), frozenset("页张")))])  # page, No., sheet
    assert [i for i, _ in gate.lines([" 第1页 ", "第1页1张", "共1页", "第1页。", "", "第"])] == [0, 1]


def test_a_rule_of_which_nothing_is_known_is_always_told() -> None:
    """A rule without a literal may match any line, an empty one too."""
    gate = Gate([(0, need()), (1, need("水库"))])  # reservoir
    assert dict(gate.lines(["", "修水库"])) == {0: [0], 1: [0, 1]}
    assert [gate.rules("水"), gate.rules("水库")] == [[0], [0, 1]]


def test_no_lines_no_rules() -> None:
    """Without lines nothing is told, and without rules neither."""
    assert dict(Gate([(0, need("水"))]).lines([])) == {}
    assert dict(Gate([]).lines(["水", ""])) == {}


def need(*literals: str) -> Need:
    """Return the need of one of these."""
    return Need(frozenset(literals))


def test_a_keyword_of_any_length_is_found() -> None:
    """A rule's keywords may be longer than what the gate looks at."""
    rule = Rule("long", "Why.", "青禾稿库收集整理.*", ("青禾稿库收集整理",), ("青禾",), keywords=("青禾稿库收集整理",))
    rules = RuleSet([rule], whole_line=False)
    lines = ["青禾稿库收集整理于此", "青禾稿库收集", "稿库收集整理"]
    assert [i for i, _ in rules.scan(lines)] == [0]
