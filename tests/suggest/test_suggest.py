"""Tests of `cleaner.suggest`: a made site is learned whole, speech never, and what is learned acts as a pack."""

# ruff: noqa: SIM300 (the expected value stands first)

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cleaner import rulepack
from cleaner.chars import fold
from cleaner.clean import clean_text
from cleaner.cli import main
from cleaner.config import Config, Rules
from cleaner.records import Decoded
from cleaner.rule import Matcher
from cleaner.rulepack import WHOLE_LINE
from cleaner.suggest import as_toml, suggest
from cleaner.suggest.pages import pages_of
from cleaner.suggest.propose import Proposal
from cleaner.suggest.visible import visible_text
from tests.cases.read_cases import shipped
from tests.conftest import SHARED
from tests.suggest import made

Learned = tuple[list[made.Made], tuple[Proposal, ...]]


@pytest.fixture(scope="module", params=[1, 2])
def site(request: pytest.FixtureRequest) -> Learned:
    """Return a made site of 200 pages and what is learned from it."""
    pages = made.site(200, request.param)
    return pages, suggest(pages_of((page.source, page.text) for page in pages), shipped())


def matchers(proposals: tuple[Proposal, ...]) -> list[Matcher]:
    return [Matcher(p.rule, p.rule.stage in WHOLE_LINE) for p in proposals]


def taken(rules: list[Matcher], line: str) -> list[str]:
    return [line[a:b] for rule in rules for a, b in rule.spans(fold(line))]


def accepted(folder: Path, proposals: tuple[Proposal, ...]) -> rulepack.RulePack:
    """Return the shipped rules with the proposals accepted."""
    path = folder / "learned.toml"
    path.write_text(as_toml(proposals), "utf-8")
    return rulepack.chosen(Rules(learned=(str(path),)))


def test_whole_chrome(site: Learned) -> None:
    """Every line and every inserted stretch of an unseen site's chrome is proposed, whatever its values."""
    pages, proposals = site
    rules = matchers(proposals)
    lines = {line for page in pages for line in (*page.chrome, *page.inserted)}
    assert [] == sorted(line for line in lines if line not in taken(rules, line))


def test_no_speech(site: Learned) -> None:
    """No sentence of a speech is proposed: copies of one speech, slogans, salutations, headings, closings neither."""
    pages, proposals = site
    rules = matchers(proposals)
    said = {sentence for page in pages for sentence in page.speech}
    assert {} == {sentence: found for sentence in said if (found := taken(rules, sentence))}


def test_accepted_rules_clean(site: Learned, tmp_path: Path) -> None:
    """A page cleaned with the learned rules keeps its whole speech and nothing of the site."""
    pages, proposals = site
    pack, config = accepted(tmp_path, proposals), Config()
    left, lost = [], []
    for page in pages:
        cleaned = clean_text(Decoded(page.source, page.text, "utf-8", ""), pack, config)
        text = "\n".join(speech.text for speech in cleaned.speeches)
        left += [line for line in (*page.chrome, *page.inserted) if line in text]
        lost += [said for said in page.speech[1:] if said not in text.replace("\n", "")]
    assert ([], []) == (left, lost)


def test_site_of_another_make(tmp_path: Path) -> None:
    """Links, a list of titles that differs on each page, spaced names, notes at ends: all is learned, no mark lost."""
    pages = made.site(200, 7, made.other_page)
    pack = accepted(tmp_path, suggest(pages_of((page.source, page.text) for page in pages), shipped()))
    left, lost = [], []
    for page in pages:
        cleaned = clean_text(Decoded(page.source, page.text, "utf-8", ""), pack, Config())
        text = "\n".join(speech.text for speech in cleaned.speeches)
        own = [line for line in (*page.chrome, *page.inserted) if line not in page.speech]
        left += [line for line in own if line in text.split("\n") or (line in page.inserted and line in text)]
        lost += [said for said in page.speech[1:] if said not in text.replace("\n", "")]
    assert ([], []) == (left, lost)


def test_deterministic(site: Learned) -> None:
    """The order in which pages are given does not show in the learned file."""
    pages, proposals = site
    again = suggest(pages_of((page.source, page.text) for page in reversed(pages)), shipped())
    assert as_toml(proposals) == as_toml(again)


def test_rules_are_complete(site: Learned) -> None:
    """A proposed rule carries all that a shipped one does, is on trial, and passes its own examples."""
    for proposal in site[1]:
        rule = proposal.rule
        rulepack.check(rule)
        assert rule.why and rule.removes and rule.keeps and rule.seen_in == ("qinghe",)
        assert (rule.status, rule.id[:8]) == ("trial", "learned-")
        assert proposal.n_spans and proposal.n_chars and proposal.n_stories <= proposal.of_stories


def test_learned_file_acts(site: Learned, tmp_path: Path) -> None:
    """In a learned file rules on trial act, retired ones do not, and the file enters the digest of the rules."""
    pack = accepted(tmp_path, site[1])
    ids = {proposal.rule.id for proposal in site[1]}
    active = {rule.id for rule in pack.rules if rule.status == "active"}
    assert ids <= active and pack.digest != shipped().digest
    path = tmp_path / "learned.toml"
    path.write_text(path.read_text("utf-8").replace('"trial"', '"retired"'), "utf-8")
    declined = rulepack.chosen(Rules(learned=(str(path),)))
    assert ids.isdisjoint(rule.id for rule in declined.rules if rule.status == "active")


def test_copies_count_once() -> None:
    """One speech on ten pages of a site that has no chrome teaches nothing."""
    title, lines = (
        "在全县防汛工作会议上的讲话",
        ["同志们：", "".join(made.pool()[:4]), "抓好落实", "".join(made.pool()[4:9])],
    )
    pairs = [(f"a/{n}.txt", "\n".join([title, *lines])) for n in range(10)]
    assert () == suggest(pages_of(pairs), shipped())


def test_same_template_on_two_sites() -> None:
    """What two sites have alike is one rule that names both."""
    pages = made.site(40, 3)
    pairs = [(page.source, page.text) for page in pages]
    both = [(source.replace("qinghe", site), text) for source, text in pairs for site in ("one", "two")]
    proposals = suggest(pages_of(both), shipped())
    assert {("one", "two")} == {proposal.sites for proposal in proposals}
    assert len({proposal.rule.id for proposal in proposals}) == len(proposals)


def texts_of(path: Path, key: str) -> list[str]:
    if not path.is_file():
        pytest.skip(f"../shared/{path.relative_to(SHARED)} is absent")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line)[key] for line in file]


def test_laws_teach_nothing() -> None:
    """Law texts repeat headings, closing articles and whole sentences; none of it is proposed."""
    laws = texts_of(SHARED / "data/laws/laws.jsonl.gz", "text")[:150]
    assert () == suggest(pages_of((f"laws/{n:04d}", text) for n, text in enumerate(laws)), shipped())


def test_reports_keep_their_speech() -> None:
    """Of seventy years of work reports only the licence under them is proposed, no line of a report."""
    reports = texts_of(SHARED / "data/reports/government_work_reports.jsonl.gz", "content")
    proposals = suggest(pages_of((f"reports/{n:02d}", text) for n, text in enumerate(reports)), shipped())
    rules = matchers(proposals)
    speech = [re.split("\n(?=本作品|Public domain)", text)[0] for text in reports]
    assert {} == {line: found for text in speech for line in text.split("\n") if (found := taken(rules, line))}


def test_sample_keeps_its_speech(sample_out: Path) -> None:
    """Of the sample, whose sites have two to four pages, nothing that a run keeps is proposed."""
    from cleaner.store import schemas, tables
    from cleaner.suggest.read import learn
    from tests.conftest import SAMPLE

    rules = matchers(learn(SAMPLE, Config(), 2, False))
    kept = [row["text"] for row in tables.read_rows(sample_out / "speeches", schemas.SPEECHES.schema, ("text",))]
    assert len(rules) > 10
    assert {} == {line: found for text in kept for line in text.split("\n") if (found := taken(rules, line))}


def cctv() -> list[dict[str, Any]]:
    """Return the gold of a real site's pages with their visible text."""
    folder = SHARED / "data/sites/cctv"
    if not folder.is_dir():
        pytest.skip("../shared/data/sites is absent")
    gold = [json.loads(line) for line in (folder / "gold.jsonl").read_text("utf-8").splitlines()]
    for page in gold:
        page["visible"] = visible_text((folder / page["html"]).read_bytes())
        lines = [line.strip() for line in page["gold_text"].split("\n")]
        page["body"] = [line for line in lines if line and not line.startswith("<!--")]
    return gold


def test_real_site(tmp_path: Path) -> None:
    """Learned from half of a real site's pages, the rules clean the other half: no body is lost, and of the lines that
    repeat on ten pages or more and are no title nor summary, one in fifty is left at most.
    """
    gold = cctv()
    proposals = suggest(pages_of((f"cctv/{page['html']}", page["visible"]) for page in gold[::2]), shipped())
    pack, config = accepted(tmp_path, proposals), Config()
    holders: dict[str, int] = {}
    for page in gold:
        for line in set(page["visible"].split("\n")):
            holders[line] = holders.get(line, 0) + 1
    given = left = 0
    for page in gold[1::2]:
        cleaned = clean_text(Decoded(page["html"], page["visible"], "utf-8", ""), pack, config)
        kept = [fold(line) for text in (*cleaned.speeches, *cleaned.rejected) for line in (text.text or "").split("\n")]
        assert [] == [line for line in page["body"] if fold(line) not in "".join(kept)]
        own = [fold(line) for line in page["body"]]
        chrome = [line for line in page["visible"].split("\n") if fold(line) not in own and holders[line] >= 10]
        chrome = [
            line for line in chrome if not line.startswith("[视频]") and line.strip("\ufeff 。") not in page["title"]
        ]
        given += len(chrome)
        left += sum(fold(line) in kept for line in chrome)
    assert given > 1000
    assert left <= given / 50


def test_command(tmp_path: Path) -> None:
    """`rules suggest` writes a file that `run --learned` takes; its rules stand in the audit."""
    for page in made.site(40, 5):
        path = tmp_path / "raw" / page.source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page.text, "utf-8")
    file = tmp_path / "learned.toml"
    runner = CliRunner()
    result = runner.invoke(main, ["rules", "suggest", str(tmp_path / "raw"), "--to", str(file)])
    assert (0, True) == (result.exit_code, str(file) in result.output)
    args = ["run", str(tmp_path / "raw"), str(tmp_path / "out"), "--learned", str(file), "--workers", "1", "--json"]
    result = runner.invoke(main, args)
    assert 0 == result.exit_code, result.output
    from cleaner.store import schemas, tables

    edits = tables.read_rows(tmp_path / "out" / "edits", schemas.EDITS.schema, ("rule",))
    assert any(row["rule"].startswith("learned-") for row in edits)


def test_missing_learned_file() -> None:
    """A learned file that is not there is an error of the caller."""
    result = CliRunner().invoke(main, ["run", "data/raw", "out", "--learned", "no-such.toml"])
    assert 2 == result.exit_code


def test_a_learned_line_goes_however_many_blanks_it_has(site: Learned) -> None:
    """An extractor leaves one blank where the page has four: the keyword must not stand in the way of the pattern."""
    _, proposals = site
    assert not [word for proposal in proposals for word in proposal.rule.keywords if " " in word]
