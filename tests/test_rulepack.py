"""Tests of `cleaner.rulepack` and the matching under it: what loads, what is refused, what a rule claims of a line."""

# ruff: noqa: SIM300, RUF001 (the expected value stands first; full-width letters are the subject)

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import packfile, rulepack
from cleaner.chars import fold
from cleaner.errors import RuleError
from cleaner.matching import LONGEST_LINE, RuleSet
from cleaner.rulepack import RulePack
from tests.cases.read_cases import shipped

RULE = """
[[rule]]
id = "{id}"
why = "A test."
pattern = '''{pattern}'''
removes = [{removes}]
keeps = ["今天天气很好"]
{more}
"""


def written(pattern: str, *removes: str, name: str = "probe", more: str = "") -> str:
    """Return the text of a pack with one rule."""
    quoted = ", ".join(f"'''{line}'''" for line in removes)
    return RULE.format(id=name, pattern=pattern, removes=quoted, more=more)


def loaded(folder: Path, text: str | bytes, stage: str = "inline", disabled: tuple[str, ...] = ()) -> RulePack:
    """Write `text` as a pack of `stage` below `folder` and load it."""
    path = folder / stage / "probe.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return rulepack.load([folder], disabled)


def claims(pack: RulePack, line: str, stage: str = "inline") -> list[str]:
    """Return the pieces of `line` that the rules of `stage` claim."""
    return [line[hit.start : hit.end] for hit in pack.stage(stage).hits(line)]


# What is refused. (name, pack, words that the message must hold)
GOOD = written("水库", "⟦水库⟧边")
REFUSED = [
    ("broken TOML", "[[rule]\nid = 3", ["TOML"]),
    ("not UTF-8", "# 水库".encode("gb18030"), ["UTF-8"]),
    ("a table that is not rule", "[rules]\nid = 'a'", ["rules", "[[rule]]"]),
    ("a key at the root", "name = 'a'\n" + GOOD, ["name", "[[rule]]"]),
    (
        "an unknown key",
        written("水库", "⟦水库⟧边", more="colour = 'red'"),
        ["probe", "colour", "one of id, why, pattern"],
    ),
    ("a bad status", written("水库", "⟦水库⟧边", more="status = 'on'"), ["probe", "'on'", "trial, active, retired"]),
    ("a bad opens", written("水库", "⟦水库⟧边", more="opens = 'yes'"), ["probe", "'yes'", "true or false"]),
    ("a negative needs", written("水库", "⟦水库⟧边", more="needs = -1"), ["probe", "-1", "a count"]),
    (
        "keywords that are no list",
        written("水库", "⟦水库⟧边", more="keywords = '水'"),
        ["probe", "'水'", "list of strings"],
    ),
    ("an empty keyword", written("水库", "⟦水库⟧边", more="keywords = ['']"), ["probe", "['']", "list of strings"]),
    ("an unless of numbers", written("水库", "⟦水库⟧边", more="unless = [3]"), ["probe", "[3]", "list of patterns"]),
    ("an id that is not kebab-case", written("水库", "⟦水库⟧边", name="Probe_1"), ["Probe_1", "kebab-case"]),
    ("an empty why", GOOD.replace('"A test."', '""'), ["probe", "why", "a sentence"]),
    ("an empty removes", written("水库"), ["probe", "removes", "at least one line"]),
    ("an empty line in keeps", GOOD.replace('["今天天气很好"]', '[""]'), ["probe", "keeps", "at least one line"]),
    ("a broken pattern", written("水库(", "⟦水库⟧边"), ["probe", "RE2", "水库"]),
    ("a broken unless", written("水库", "⟦水库⟧边", more="unless = '['"), ["probe", "RE2"]),
    ("a look-ahead", written("水库(?=边)", "⟦水库⟧边"), ["probe", "look-around"]),
    ("a look-behind", written("(?<=水)库", "水⟦库⟧边"), ["probe", "look-around"]),
    ("a back-reference", written(r"(水)\1", "⟦水水⟧边"), ["probe", "RE2"]),
    (
        "a pattern that can be empty",
        written("(?:水库)*", "⟦水库⟧边"),
        ["probe", "empty string", "always takes a character"],
    ),
    ("an unless that can be empty", written("水库", "⟦水库⟧边", more="unless = '坝?'"), ["probe", "empty string"]),
    ("a bare anchor", written("^", "⟦水库⟧边"), ["probe", "empty string"]),
    ("alternatives beside an opening anchor", written("^水库|坝", "⟦水库⟧边"), ["probe", "alternatives", "^(?:a|b)$"]),
    ("alternatives beside a closing anchor", written("水库|坝$", "⟦水库⟧边"), ["probe", "alternatives", "^(?:a|b)$"]),
    (
        "alternatives beside an anchor in unless",
        written("水库", "⟦水库⟧边", more="unless = '^a|b'"),
        ["probe", "alternatives"],
    ),
    (r"\b", written(r"\b水库", "⟦水库⟧边"), ["probe", r"\b", "write the class out"]),
    (r"\B", written(r"水\B库", "⟦水库⟧边"), ["probe", r"\B"]),
    (r"\S in a class", written(r"水[\S]", "⟦水库⟧边"), ["probe", r"\S", "write the class out"]),
    ("a removes that stays", written("水库", "大坝"), ["probe", "'大坝'", "removes"]),
    ("a removes that goes in part", written("水库", "水库边"), ["probe", "'水库边'", "['水库']"]),
    ("a removes that goes elsewhere", written("水库", "水库⟦边⟧"), ["probe", "['水库']", "['边']"]),
    ("a keeps that goes", written("今天", "⟦今天⟧好"), ["probe", "keeps", "['今天']", "narrow the pattern"]),
]


@pytest.mark.parametrize(("pack", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_bad_pack_is_refused_in_one_line(tmp_path: Path, pack: str | bytes, words: list[str]) -> None:
    """The message names the file, the rule, what was found, what was expected and what to do, on one line."""
    with pytest.raises(RuleError) as caught:
        loaded(tmp_path, pack)
    message = str(caught.value)
    assert "\n" not in message
    assert "inline/probe.toml" in message
    assert [] == [word for word in words if word not in message]
    where, _, rest = message.partition(": found ")
    found, _, rest = rest.partition("; expected ")
    expected, _, do = rest.rpartition("; ")
    assert all(part.strip() for part in (where, found, expected, do)), message


@pytest.mark.parametrize("key", ["id", "why", "pattern", "removes", "keeps"])
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    """A rule without one of the five keys is refused, and the key and the rule's number are named."""
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith(f"{key} ="))
    with pytest.raises(RuleError, match=f"rule 1.*no {key}"):
        loaded(tmp_path, text)


def test_an_id_twice_in_one_folder_names_both_files(tmp_path: Path) -> None:
    """An id that stands in two files of a folder is refused, and both files are named."""
    (tmp_path / "footer").mkdir()
    (tmp_path / "footer" / "first.toml").write_text(GOOD.replace("⟦水库⟧边", "水库"), "utf-8")
    with pytest.raises(RuleError) as caught:
        loaded(tmp_path, GOOD)
    assert "first.toml" in str(caught.value)
    assert "probe.toml" in str(caught.value)


def test_a_pack_for_no_stage_is_refused(tmp_path: Path) -> None:
    """A folder that is no stage's name is refused and the stages are named."""
    with pytest.raises(RuleError, match=r"'middle'.*split, page, header, footer, inline, placeholder"):
        loaded(tmp_path, GOOD, stage="middle")


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """A pack folder that is not there is an error that names the setting."""
    with pytest.raises(RuleError, match=r"no such folder.*rules\.packs"):
        rulepack.load([tmp_path / "none"])


def test_a_disabled_id_that_no_rule_has_is_refused(tmp_path: Path) -> None:
    """A misspelt id in rules.disabled is an error and not ignored."""
    with pytest.raises(RuleError, match="'prob'"):
        loaded(tmp_path, GOOD, disabled=("prob",))


def test_a_rule_that_is_no_table_is_refused(tmp_path: Path) -> None:
    """`rule = ["a"]` is refused as any other pack that is not made of [[rule]] tables."""
    with pytest.raises(RuleError):
        loaded(tmp_path, 'rule = ["a"]')


def test_a_needs_of_true_is_refused(tmp_path: Path) -> None:
    """`needs = true` is no count."""
    with pytest.raises(RuleError):
        loaded(tmp_path, written("水库", "⟦水库⟧边", more="needs = true"))


@pytest.mark.parametrize("example", ["水⟦库", "水库⟦⟧"])
def test_an_example_that_marks_nothing_is_refused(tmp_path: Path, example: str) -> None:
    """A `removes` example whose mark is open or empty proves nothing: the pack is refused."""
    with pytest.raises(RuleError):
        loaded(tmp_path, written("大坝", example))


def test_an_escaped_dollar_is_no_anchor(tmp_path: Path) -> None:
    r"""`元|\$` has alternatives and no anchor, so it loads."""
    assert ["$"] == claims(loaded(tmp_path, written(r"元|\$", "3⟦$⟧")), "5$")


# What a pattern means. (name, pattern, line, what it claims)
MEANINGS = [
    (r"\d is an ASCII or full-width digit", r"\d+", "２０23年三〇人", ["２０23"]),
    (r"\d is no Chinese numeral", r"第\d", "第三", []),
    (r"\D is the rest", r"9\D", "98 9年", ["9年"]),
    (r"\w is a letter, mark, digit or _ of any script", r"\w+", "水库_é1，。", ["水库_é1"]),
    (r"\W is the rest", r"库\W", "库水库，", ["库，"]),
    (
        r"\s is every blank",
        r"水\s库",
        "水\u3000库水\u00a0库水\t库水 库",
        ["水\u3000库", "水\u00a0库", "水\t库", "水 库"],
    ),
    (r"\S is the rest", r"水\S", "水 水库", ["水库"]),
    (r"\d in a class", r"[\d.]+万", "3.5万", ["3.5万"]),
    (r"\s and \w in a class", r"《[\s\w]+》", "《水 库》", ["《水 库》"]),
    (r"\d behind an escaped backslash is a d", r"\\d", "\\d5", ["\\d"]),
    ("full-width ASCII is half-width", "QQ:1", "ＱＱ：１", ["ＱＱ：１"]),
    ("half-width text, half-width pattern", "QQ:1", "QQ:1", ["QQ:1"]),
    ("full-width pattern against folded text", r"\x{ff1a}", "水：", []),
    ("Chinese marks are not folded", "“水”。", "“水”。", ["“水”。"]),
    ("cut narrows", "(?P<cut>水)库", "水库水", ["水"]),
    ("cut that takes no part claims nothing", "坝(?P<cut>水)?", "坝水坝", ["水"]),
    ("a bar in a class is no alternative", "^[|水]+$", "水|水", ["水|水"]),
    ("alternatives in a group beside anchors", "^(?:水|库)$", "库", ["库"]),
    (r"\p{Han}", r"\p{Han}+", "水〇a库", ["水〇", "库"]),
    ("several matches", "水", "水库水", ["水", "水"]),
]


@pytest.mark.parametrize(("pattern", "line", "expected"), [c[1:] for c in MEANINGS], ids=[c[0] for c in MEANINGS])
def test_what_a_pattern_means(pattern: str, line: str, expected: list[str]) -> None:
    r"""Patterns see the line folded; \d \w \s mean what a Chinese reader means by them; offsets stay."""
    rule = rulepack.Rule("probe", "w", pattern, ("a",), ("b",), stage="inline")
    assert expected == claims(RulePack((rule,), ""), line)


@pytest.mark.parametrize(("pattern", "line"), [(r"[\[]\d+", "[25"), (r"[【\[]\d", "【7")])
def test_an_escaped_bracket_ends_no_class(pattern: str, line: str) -> None:
    r"""After a class that ends in `\[` the escapes mean what they mean elsewhere."""
    rule = rulepack.Rule("probe", "w", pattern, ("a",), ("b",), stage="inline")
    assert [line] == claims(RulePack((rule,), ""), line)


def test_unless_voids_only_what_it_overlaps(tmp_path: Path) -> None:
    """A match is void where a match of `unless` overlaps it, and nowhere else on the line."""
    pack = loaded(tmp_path, written("水库", "⟦水库⟧边", more="unless = '不是水|干水'"))
    assert ["水库"] == claims(pack, "不是水库，是水库")
    assert [] == claims(pack, "干水库")


def test_several_unless(tmp_path: Path) -> None:
    """Each of several `unless` patterns voids."""
    pack = loaded(tmp_path, written("水", "⟦水⟧边", more="unless = ['水库', '水坝']"))
    assert ["水"] == claims(pack, "水库水坝水位")


def test_keywords_are_a_prefilter(tmp_path: Path) -> None:
    """A rule with keywords runs only on a line that holds one of them; keywords are folded like the line."""
    pack = loaded(tmp_path, written("水库", "ＱＱ⟦水库⟧", more="keywords = ['ＱＱ', '坝']"))
    assert [] == claims(pack, "水库")
    assert ["水库"] == claims(pack, "QQ水库")
    assert ["水库"] == claims(pack, "坝和水库")


@pytest.mark.parametrize("status", ["trial", "retired"])
def test_only_active_rules_act(tmp_path: Path, status: str) -> None:
    """A trial or retired rule is loaded and claims nothing."""
    pack = loaded(tmp_path, written("水库", "⟦水库⟧边", more=f"status = '{status}'"))
    assert ["probe"] == [rule.id for rule in pack.rules]
    assert [] == claims(pack, "水库")


@pytest.mark.parametrize("stage", ["split", "header", "footer"])
def test_whole_line_stages_match_the_line_without_its_blanks(tmp_path: Path, stage: str) -> None:
    """A rule of a whole-line stage claims a line from end to end, outer blanks and all, or not at all."""
    pack = loaded(tmp_path, written("水库|坝", "水库", "坝"), stage=stage)
    assert ["\u3000 水库 "] == claims(pack, "\u3000 水库 ", stage)
    assert [] == claims(pack, "水库边", stage)
    assert [] == claims(pack, "大坝", stage)


def test_a_long_line_is_no_whole_line_junk(tmp_path: Path) -> None:
    """A whole-line rule claims a line of LONGEST_LINE characters and ignores one with one more."""
    pack = loaded(tmp_path, written("水+", "水"), stage="footer")
    sizes = (LONGEST_LINE, LONGEST_LINE + 1)
    assert [LONGEST_LINE, 0] == [sum(map(len, claims(pack, "水" * n, "footer"))) for n in sizes]


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 19_990) | st.integers(3560, 3620) | st.integers(4080, 4110) | st.integers(7150, 7700))
def test_a_match_across_two_windows_is_found_once(at: int) -> None:
    """In a line of 20,000 characters a match is found once, whole and at its place, wherever the windows end."""
    rule = rulepack.Rule("probe", "w", "[水库]{10}", ("a",), ("b",), stage="inline")
    line = "防" * at + "水库" * 5 + "防" * (19_990 - at)
    assert [(at, at + 10)] == [(hit.start, hit.end) for hit in RulePack((rule,), "").stage("inline").hits(line)]


@pytest.mark.parametrize("length", [1, 4095, 4096, 4097, 7680, 7681, 20_000])
def test_windows_reach_the_end_of_the_line(length: int) -> None:
    """The last characters of a line of any length are looked at."""
    rule = rulepack.Rule("probe", "w", "库$", ("a",), ("b",), stage="inline")
    hits = RulePack((rule,), "").stage("inline").hits("水" * (length - 1) + "库")
    assert [(length - 1, length)] == [(hit.start, hit.end) for hit in hits]


@pytest.mark.parametrize("pattern", ["^水", "水$", " ?水$"])
def test_anchors_mean_the_line_and_not_the_window(pattern: str) -> None:
    """`^` and `$` match at the ends of the line only, however long it is."""
    rule = rulepack.Rule("probe", "w", pattern, ("a",), ("b",), stage="inline")
    hits = RulePack((rule,), "").stage("inline").hits("水" * 20_000)
    assert 1 == len(hits)


def test_unless_sees_across_windows() -> None:
    """What `unless` spares is spared wherever a window begins or ends."""
    rule = rulepack.Rule("probe", "w", "水库", ("a",), ("b",), unless=("不是水库", "水库边"), stage="inline")
    rules = RulePack((rule,), "").stage("inline")
    step = 4096 - 512
    lines = [
        "防" * n + words + "防" * (10_000 - n) for n in range(step - 6, step + 3) for words in ("不是水库", "水库边")
    ]
    lines += ["防" * n + "水库边" + "防" * (10_000 - n) for n in range(4090, 4097)]
    assert [] == [hit for line in lines for hit in rules.hits(line)]


def test_of_two_claims_that_overlap_the_earlier_then_the_longer_stands() -> None:
    """Claims are sorted and disjoint."""
    rules = tuple(
        rulepack.Rule(name, "w", pattern, ("a",), ("b",), stage="inline")
        for name, pattern in (("a", "库防"), ("b", "水库"), ("c", "水库防"), ("d", "汛"))
    )
    hits = RulePack(rules, "").stage("inline").hits("水库防汛")
    assert [(0, 3, "c"), (3, 4, "d")] == [(hit.start, hit.end, hit.rule.id) for hit in hits]


@settings(deadline=None)
@given(st.text("水库：ＱＱ群12 。X*", max_size=200))
def test_claims_are_sorted_and_disjoint(line: str) -> None:
    """Whatever the line, no two claims of a stage overlap, and each lies in the line."""
    for stage in packfile.STAGES:
        hits = shipped().stage(stage).hits(line)
        ends = [0, *(place for hit in hits for place in (hit.start, hit.end)), len(line)]
        assert sorted(ends) == ends


@pytest.mark.parametrize("pattern", ["(?:a|a)*b", "(?:a*)*b", "(?:a+)+b", "(?:a|aa)+b", "(?:.*){8}b"])
@pytest.mark.parametrize("stage", ["inline", "placeholder"])
def test_no_pattern_can_hang_a_run(pattern: str, stage: str) -> None:
    """A pattern that takes a backtracking engine for ever returns on a line of a million characters."""
    rule = rulepack.Rule("probe", "w", pattern, ("a",), ("b",), stage=stage)
    assert [] == RulePack((rule,), "").stage(stage).hits("a" * 1_000_000)


def test_a_user_pack_replaces_a_shipped_rule(tmp_path: Path) -> None:
    """A rule of a later folder replaces the rule of the same id, also in another stage; the others stay."""
    old = shipped().rules[0]
    loaded(tmp_path, written("独一无二的水库", "⟦独一无二的水库⟧边", name=old.id))
    pack = rulepack.load([rulepack.shipped(), tmp_path])
    assert ["独一无二的水库"] == claims(pack, "在独一无二的水库边")
    assert sorted(rule.id for rule in shipped().rules) == sorted(rule.id for rule in pack.rules)
    assert old not in pack.rules
    assert shipped().digest != pack.digest


def test_a_disabled_rule_does_not_act(tmp_path: Path) -> None:
    """A rule named in rules.disabled is left out and the digest tells."""
    both = GOOD + written("大坝", "⟦大坝⟧边", name="other")
    assert ["大坝"] == claims(loaded(tmp_path, both, disabled=("probe",)), "水库大坝")
    assert loaded(tmp_path, both).digest != loaded(tmp_path, both, disabled=("probe",)).digest


def test_the_digest_tells_every_byte_of_every_pack(tmp_path: Path) -> None:
    """A comment or a file's name tells in the digest; the place on disk does not."""
    digests = {loaded(tmp_path / "a", GOOD).digest, loaded(tmp_path / "b", GOOD).digest}
    assert 1 == len(digests)
    digests |= {
        loaded(tmp_path / "c", GOOD + "# note\n").digest,
        loaded(tmp_path / "d", GOOD, stage="placeholder").digest,
    }
    assert 3 == len(digests)


def test_shipped_packs() -> None:
    """The shipped packs load, cover every stage, and each rule has an example that goes and a near miss that stays."""
    pack = shipped()
    assert set(packfile.STAGES) == {rule.stage for rule in pack.rules}
    assert [] == [rule.id for rule in pack.rules if not (rule.removes and rule.keeps and rule.why.endswith("."))]


def test_no_shipped_rule_claims_what_another_must_keep() -> None:
    """The near misses of one rule are ordinary text, so the other rules of its stage do not claim them whole either.

    A line that one rule spares because another takes it would prove nothing; a part of it may go.
    """
    claimed = {
        line
        for stage in ("header", "footer", "inline", "placeholder")
        for rule in shipped().stage(stage).rules
        for line in rule.keeps
        for hit in shipped().stage(stage).hits(line)
        if hit.end - hit.start == len(line) > 8
    }
    assert set() == claimed


STAGE_SETS = [("split",), ("header", "footer"), ("inline",), ("placeholder",)]


def examples() -> list[str]:
    """Return every example of the shipped packs, as a line."""
    lines = [line for rule in shipped().rules for line in (*rule.removes, *rule.keeps)]
    return [line.replace("⟦", "").replace("⟧", "") for line in lines]


@pytest.mark.parametrize("stages", STAGE_SETS, ids="+".join)
def test_rules_matched_together_claim_what_each_claims_alone(stages: tuple[str, ...]) -> None:
    """The prefilter loses nothing: what a rule claims alone is claimed by the set, by it or by one that overlaps it."""
    rules = shipped().stage(*stages)
    alone = [RuleSet([rule], rules.whole_line) for rule in rules.rules]
    lost = [
        (line, hit.rule.id)
        for line in examples()
        for one in alone
        for hit in one.hits(line)
        if not any(hit.start < other.end and other.start < hit.end for other in rules.hits(line))
    ]
    assert [] == lost


LINES = st.deferred(lambda: st.sampled_from(examples()) | st.text("水库。 \t12X", max_size=5) | st.just("水" * 5_000))


@pytest.mark.parametrize("stages", STAGE_SETS, ids="+".join)
@settings(deadline=None, max_examples=40)
@given(rows=st.lists(LINES, max_size=60))
def test_lines_scanned_together_claim_what_each_claims_alone(stages: tuple[str, ...], rows: list[str]) -> None:
    """`scan` yields each line that the rules claim something of, with its claims, whatever stands beside it."""
    rules = shipped().stage(*stages)
    expected = [(i, hits) for i, row in enumerate(rows) if (hits := rules.hits(row))]
    assert expected == list(rules.scan([fold(row) for row in rows]))


@pytest.mark.parametrize("place", ["probe.toml", "inline/more/probe.toml"])
def test_a_pack_outside_a_stage_is_not_passed_over(tmp_path: Path, place: str) -> None:
    """A pack at the root of a folder, or too deep in it, is an error that says where it belongs."""
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(GOOD, "utf-8")
    with pytest.raises(RuleError, match=r"outside the folder of a stage.*<stage>/probe\.toml.* or placeholder"):
        rulepack.load([tmp_path])


def test_a_hidden_file_is_no_pack(tmp_path: Path) -> None:
    """What an editor keeps beside the packs, such as `.taplo.toml`, is not read."""
    (tmp_path / ".taplo.toml").write_text("[formatting]\n", "utf-8")
    assert rulepack.load([tmp_path]).rules == ()


TERMS = """
fruit = ["苹果", "橘子|梨"]
basket = ["一筐(?&fruit)", "一箱(?&fruit)"]
"""


def test_a_pattern_calls_the_terms_beside_it(tmp_path: Path) -> None:
    """A term stands for one of its patterns, in a group of its own; a term may call those above it."""
    (tmp_path / "terms.toml").write_text(TERMS, "utf-8")
    pack = loaded(tmp_path, written("送(?&basket)", "⟦送一筐苹果⟧来", more="unless = '买(?&fruit)'"))
    assert ["送一箱梨"] == claims(pack, "送一箱梨了，送橘子")
    assert not claims(pack, "买梨送一箱梨")[1:]
    (rule,) = pack.rules
    assert rule.unless == ("买(?:苹果|橘子|梨)",)


def test_a_later_folder_sees_earlier_terms_and_replaces_them_for_itself(tmp_path: Path) -> None:
    """What an earlier folder calls keeps its meaning when a later one gives the name another."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, terms, rule in (
        (first, "drink = ['茶']\nfruit = ['梨']", written("送(?&drink)", "⟦送茶⟧")),
        (second, "drink = ['水', '(?&fruit)汁']", written("买(?&drink)", "⟦买梨汁⟧", name="own")),
    ):
        (folder / "inline").mkdir(parents=True)
        (folder / "terms.toml").write_text(terms, "utf-8")
        (folder / "inline" / "own.toml").write_text(rule, "utf-8")
    pack = rulepack.load([first, second])
    assert {"probe": "送(?:茶)", "own": "买(?:水|(?:梨)汁)"} == {rule.id: rule.pattern for rule in pack.rules}


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ("fruit = [", "TOML"),
        ("fruit = '梨'", "list of patterns"),
        ("fruit = []", "list of patterns"),
        ("fruit = [3]", "list of patterns"),
        ("Fruit_1 = ['梨']", "kebab-case"),
        ("basket = ['一筐(?&fruit)']\nfruit = ['梨']", "(?&fruit)"),
        ("vegetable = ['葱']", "(?&fruit)"),
        ("fruit = ['梨(']", "RE2"),
    ],
    ids=["no-toml", "no-list", "empty", "numbers", "name", "called-above", "undefined", "broken"],
)
def test_bad_terms_are_refused(tmp_path: Path, terms: str, said: str) -> None:
    """A term that is no list of patterns or is not defined where it is called is an error that names it."""
    (tmp_path / "terms.toml").write_text(terms, "utf-8")
    with pytest.raises(RuleError) as refused:
        loaded(tmp_path, written("送(?&fruit)", "⟦送梨⟧"))
    assert said in str(refused.value)


def test_the_digest_tells_the_terms(tmp_path: Path) -> None:
    """Other terms are other rules, even if no pattern calls them yet."""
    before = loaded(tmp_path, GOOD).digest
    (tmp_path / "terms.toml").write_text("fruit = ['梨']", "utf-8")
    assert before != loaded(tmp_path, GOOD).digest


def test_no_shipped_pattern_asks_for_what_folding_takes_away() -> None:
    """A line is folded before a pattern sees it, so a full-width comma in one would never match; Han is folded too."""
    unseen = {
        (rule.id, char)
        for rule in shipped().rules
        for pattern in (rule.pattern, *rule.unless)
        for char in pattern
        if fold(char) != char and not "\u3400" <= char <= "\u9fff"
    }
    assert set() == unseen
