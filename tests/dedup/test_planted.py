"""Pairs against brute force: planted families, laws, work reports; masks of every style and at every place."""

import gzip
import json
from pathlib import Path

import datasketch
import numpy as np
import pytest

from bench.corpus import texts as planted
from bench.truth import shingle_sets, similar_pairs
from cleaner import rulepack
from cleaner.config import Config
from cleaner.dedup.comparison import form
from cleaner.dedup.corpus import Found, Speeches, find
from cleaner.dedup.detect import Settings, detect
from cleaner.dedup.shingle import flatten, windows
from cleaner.dedup.sketch import SCHEME, signatures
from cleaner.gather import compared

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
LOWEST = 0.5
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)


def given(name: str) -> list[str]:
    """Return the texts of one corpus."""
    if name == "planted":
        return list(planted(1500, 400, seed=3))
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"shared/data/{name} is absent")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [max((value for value in row.values() if isinstance(value, str)), key=len) for row in rows]


@pytest.mark.parametrize("name", ["planted", "laws/laws.jsonl.gz", "reports/government_work_reports.jsonl.gz"])
def test_pairs_against_brute_force(name: str) -> None:
    """At every τ no pair is invented, at least 999 of 1,000 are found, and each has its exact value."""
    texts = given(name)
    codes, offsets = flatten([form(text).codes for text in texts])
    pairs, jaccards = similar_pairs(shingle_sets(texts, 5, letters_only=True), LOWEST)
    due = dict(zip(map(tuple, pairs.tolist()), jaccards.tolist(), strict=True))
    assert due
    for threshold in THRESHOLDS:
        settings = Settings(5, 128, 1, threshold, 2.0, 0.8, threshold, 0.999, 1000)
        found = detect(codes, offsets, settings, np.arange(len(texts)))
        first_of = found.first_of
        value = dict(
            zip(zip(found.pairs.a.tolist(), found.pairs.b.tolist(), strict=True), found.pairs.jaccard, strict=True)
        )
        assert value.items() <= {pair: jaccard for pair, jaccard in due.items() if jaccard >= threshold}.items()
        wanted = {pair for pair, jaccard in due.items() if jaccard >= threshold}
        missed = [
            (a, b) for a, b in wanted
            if first_of[a] != first_of[b] and tuple(sorted((first_of[a], first_of[b]))) not in value
        ]  # fmt: skip
        assert len(missed) <= 0.001 * len(wanted)


def test_ten_thousand_signatures_are_datasketchs() -> None:
    """Signatures of 10,000 texts are those of datasketch over the same shingle hashes."""
    codes, offsets = flatten([form(text).codes for text in planted(10_000, 60, seed=5)])
    sketch, has_signature = signatures(codes, offsets, 5, 128, 1)
    found = windows(codes, offsets, 5)
    low = (found.hashes & np.uint64(0xFFFFFFFF)).tolist()
    bounds = found.bounds.tolist()
    for i in range(10_000):
        expected = datasketch.MinHash(128, 1, scheme=SCHEME, hashfunc=int)
        expected.update_batch(low[bounds[i] : bounds[i + 1]])
        assert np.array_equal(sketch[i], expected.hashvalues)
        assert has_signature[i] == (bounds[i] < bounds[i + 1])


PACK = rulepack.load([rulepack.shipped()])
# A speech of a flood drill, its figures and names in brackets: any of them may be masked.
SPEECH = (
    "同志们：今天，我们在[青石]县召开防汛工作会议，主要任务是总结去年工作，部署今年任务。去年汛期，全县共转移群众[三千二百]人，"
    "加固堤防[四十七]公里，清理河道[十八]条，投入经费[六百]万元，没有发生一起伤亡事故。成绩来之不易，值得珍惜。今年，气象部门预测雨水偏多，"
    "形势不容乐观。各乡镇要在[五]月底前完成隐患排查，[柳河]镇和[白塔]乡要抓紧修复水毁工程，水利局要备足编织袋[九万]条、砂料[两千]方。"
    "值班人员要坚守岗位，遇有险情立即上报。我相信，只要大家齐心协力，就一定能够安全度汛。"
)
STYLES = ("X", "×", "xx", "**", "___", "某某")


def written(styles: list[str | None]) -> str:
    """Return the speech with each bracket masked in its style, or written out where that is None."""
    said, rest = SPEECH.split("[")[0], SPEECH.split("[")[1:]
    for i, part in enumerate(rest):
        inside, after = part.split("]")
        style = styles[i % len(styles)]
        said += (inside if style is None else style) + after
    return said


def duplicates(texts: list[str]) -> Found:
    """Return what `run` finds among speeches at the default settings."""
    forms = [compared(text, PACK, Config()) for text in texts]
    return find(
        Speeches.of(
            sources=[f"{i:03}" for i in range(len(texts))], ordinals=np.zeros(len(texts), np.int64),
            n_placeholders=np.array([n for _, n in forms]), codes=flatten([made.codes for made, _ in forms])[0],
            lengths=np.array([len(made.codes) for made, _ in forms]),
            breaks=np.concatenate([made.breaks for made, _ in forms]),
            n_breaks=np.array([len(made.breaks) for made, _ in forms]),
        ),
        Config(),
    )  # fmt: skip


def test_the_style_of_a_mask_means_nothing() -> None:
    """One text masked in six styles at the same places has one comparison form: similarity 1 in every style."""
    forms = [compared(written([style]), PACK, Config())[0].codes.tolist() for style in STYLES]
    assert all(codes == forms[0] for codes in forms)


@pytest.mark.parametrize("width", [1, 2, 3])
def test_masked_once_in_thirty_characters_is_one_speech(width: int) -> None:
    """Copies masked at one place in 30 characters, each at other places, are one speech with their source."""
    generator = np.random.RandomState(width)
    source = next(planted(1, 1200, seed=9)).replace("\n", "")
    texts = [source]
    for first in (3, 13, 23):
        for style in ("XX", "××", "**"):
            at, said = 0, ""
            for place in range(first, len(source) - 8, 30):
                place += generator.randint(0, 3)
                said += source[at:place] + style
                at = place + width
            texts.append(said + source[at:])
    found = duplicates(texts)
    assert len(set(found.fates.kept_of.tolist())) == 1


def test_one_template_with_other_matter_is_two() -> None:
    """Two speeches from one template, each with matter of its own, are two, masked or not."""
    one, two = (next(planted(1, 500, seed)) for seed in (11, 12))
    for style in (None, "XX"):
        frame = written([style])
        found = duplicates([frame + one, frame + two, frame + one[:-4] + "谢谢大家。"])  # "Thank you all."
        assert found.fates.kept_of[:2].tolist() in ([0, 1], [2, 1])


def test_a_masked_form_merges_no_two_real_speeches() -> None:
    """A form whose masks fit two speeches with other facts goes with one of them at most; both of these stay."""
    figures = ["青石", "三千二百", "四十七", "十八", "六百", "五", "柳河", "白塔", "九万", "两千"]
    others = ["黄沙", "一千零五", "六十三", "二十四", "八百", "四", "枫桥", "石板", "七万", "五千"]
    one = written([None])
    two = one
    for here, there in zip(figures, others, strict=True):
        two = two.replace(here, there, 1)
    found = duplicates([one, two, written(["XX"])])
    jaccard = {frozenset(p): j for *p, j in zip(found.pairs.a, found.pairs.b, found.pairs.jaccard, strict=True)}
    assert jaccard[frozenset((0, 1))] < Config().dedup.threshold
    assert found.fates.kept_of[:2].tolist() == [0, 1]
