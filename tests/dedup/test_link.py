"""Tests of `cleaner.dedup.link`: small universes of texts, copies, pairs and decisions, against the rule in words."""

from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cleaner.config import Config, Dedup
from cleaner.decisions import Decision, Decisions, Rulings
from cleaner.dedup.corpus import Reviewed, Speeches, find
from cleaner.dedup.keep import DECISION, EXACT, KEPT, REASONS, Fates
from cleaner.dedup.link import Links, Said, complete, fates, link
from cleaner.dedup.verify import Verified
from cleaner.errors import DecisionError
from tests.dedup.test_keep import RATIO, TAU, TAU_C, make

N = 7


@dataclass(frozen=True)
class World:
    """Texts by number: `names` are their sha256 (copies share one), `forms` their comparison forms."""

    order: list[int]
    names: list[str]
    forms: list[int]
    similarity: dict[frozenset[int], float]
    said: tuple[tuple[str, tuple[str, ...]], ...]

    def value(self, x: int, y: int) -> float:
        """Return the similarity of two texts, which their forms decide."""
        if self.forms[x] == self.forms[y]:
            return 1.0
        return self.similarity.get(frozenset((self.forms[x], self.forms[y])), 0.1)


def said(*lines: tuple[str, tuple[str, ...]]) -> Rulings | None:
    """Return what the lines say together, None if they contradict each other."""
    digest = {name: name * 64 for name in "abcdef"}
    try:
        return Decisions.of(
            "f",
            [
                Decision(n, "", "", verdict, "speech", tuple(digest[name] for name in names), names)
                for n, (verdict, names) in enumerate(lines, start=1)
            ],
        ).speeches
    except DecisionError:
        return None


VERDICTS = st.one_of(
    st.tuples(st.sampled_from(["same", "different"]), st.permutations("abcdef").map(lambda names: tuple(names[:2]))),
    st.tuples(st.just("keep"), st.permutations("abcdef").map(lambda names: tuple(names[:3]))),
    st.tuples(st.just("drop"), st.sampled_from("abcdef").map(lambda name: (name,))),
)


@st.composite
def worlds(draw: st.DrawFn, among: str = "abcdefghij") -> World:
    names = draw(st.lists(st.sampled_from(among), min_size=N, max_size=N))
    form_of_name = {name: draw(st.integers(0, 5)) for name in sorted(set(names))}
    pairs = st.dictionaries(
        st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda pair: pair[0] != pair[1]).map(frozenset),
        st.sampled_from([0.45, 0.6, 0.7, 0.9]),
    )
    lines = draw(st.lists(VERDICTS, max_size=4).filter(lambda lines: said(*lines) is not None))
    return World(
        draw(st.permutations(range(N))), names, [form_of_name[name] for name in names], draw(pairs), tuple(lines)
    )


def verified(world: World, ends: list[tuple[int, int]]) -> Verified:
    rows: list[dict[str, Any]] = []
    for x, y in ends:
        value = world.value(x, y)
        rows.append({
            "a": x, "b": y, "similarity": value, "jaccard": value, "containment": value, "plain_containment": value,
            "masks_a": 0, "masks_b": 0, "size_a": 4, "size_b": 4, "plain_size_a": 4, "plain_size_b": 4,
        })  # fmt: skip
    return make(rows)


def found(world: World) -> tuple[Links, Fates, Verified]:
    """Return the fates as `corpus.find` gets them: pairs from the floor up, then those that decisions link."""
    rulings = said(*world.said)
    assert rulings is not None
    known = {name: name * 64 for name in world.names}
    names = {i: known[name] for i, name in enumerate(world.names) if known[name] in rulings.texts}
    keys = np.array([[form + 1, form + 1] for form in world.forms], np.uint64)
    links = link(np.array(world.order), keys, Said(rulings, names))
    first = [i for i in range(N) if links.first_of[i] == i]
    pairs = verified(world, [(x, y) for x, y in combinations(first, 2) if world.value(x, y) >= 0.4])
    lengths = np.full(N, 9)
    before = fates(links, pairs, lengths, TAU, TAU_C, RATIO)
    compare = lambda a, b: verified(world, list(zip(a.tolist(), b.tolist(), strict=True)))  # noqa: E731
    pairs = complete(links, pairs, *links.linked(before), compare)
    after = fates(links, pairs, lengths, TAU, TAU_C, RATIO)
    assert after.kept_of.tolist() == before.kept_of.tolist()
    return links, after, pairs


def texts_of(world: World, name: str) -> list[int]:
    return [i for i, other in enumerate(world.names) if other == name]


@settings(max_examples=1500)
@given(worlds())
@example(World([*range(N)], [*"aaaabcd"], [1, 1, 1, 1, 0, 0, 1], {}, (("same", ("a", "b")), ("different", ("c", "d")))))
def test_every_verdict_is_honoured(world: World) -> None:
    """Same: one fate. Different: neither goes for the other. Keep: it stays, the others go. Drop: it goes."""
    _, result, _ = found(world)
    kept_of = result.kept_of.tolist()
    rulings = said(*world.said)
    assert rulings is not None

    def group(name: str) -> str | None:
        return rulings.group_of.get(name * 64)

    def are_apart(one: str, other: str) -> bool:
        wanted = {group(one) or one, group(other) or other}
        return any(v == "different" and wanted == {group(a) or a for a in pair} for v, pair in world.said)

    def tied(texts: list[int]) -> set[int]:
        """Return these texts and all that copies and links lead to from them."""
        reached = set(texts)
        while (
            more := {
                i
                for i in range(N)
                for other in reached
                if world.forms[i] == world.forms[other] or (group(world.names[i]) or i) == group(world.names[other])
            }
            - reached
        ):
            reached |= more
        return reached

    for verdict, names in world.said:
        here = [texts_of(world, name) for name in names]
        if verdict in ("same", "keep") and all(here):
            assert len({kept_of[i] for texts in here for i in texts}) == 1
        if verdict == "keep" and here[0]:
            assert sum(kept_of[i] == i for i in here[0]) == 1
            assert not any(kept_of[i] == i for texts in here[1:] for i in texts)
        if verdict == "different":
            assert not any(kept_of[x] == y or kept_of[y] == x for x in here[0] for y in here[1])
            for x, y in (names, names[::-1]):
                # Where copies and links lead from y to a copy of x, one of them goes with y; else nothing of y goes
                # for a copy of x, unless a decision has told that copy apart from x, or from the copy that x goes with.
                linked = [
                    i
                    for i in range(N)
                    if world.names[i] == y or (group(world.names[i]) and group(world.names[i]) == group(y))
                ]
                forms = {world.forms[i] for i in texts_of(world, x)}
                copies = {i for i in range(N) if world.forms[i] in forms}
                if not copies & tied(linked):
                    with_x = {x, *(world.names[kept_of[i]] for i in texts_of(world, x) if kept_of[i] >= 0)}
                    own = {i for i in copies if not any(are_apart(world.names[i], one) for one in with_x)}
                    assert not any(kept_of[i] in own for i in linked)
        if verdict == "drop":
            assert not any(kept_of[i] == i for i in here[0])


@settings(max_examples=1500)
@given(worlds())
def test_nothing_goes_without_ground(world: World) -> None:
    """Whoever goes goes for a kept text, verified with it, or by a decision on its own text; values are exact."""
    links, result, pairs = found(world)
    rulings = said(*world.said)
    assert rulings is not None
    listed = {frozenset(pair) for pair in zip(pairs.a.tolist(), pairs.b.tolist(), strict=True)}
    for i in range(N):
        to, reason = int(result.kept_of[i]), int(result.reason[i])
        if to == i:
            assert reason == KEPT
        elif to < 0:
            assert reason == DECISION
            assert world.names[i] * 64 in rulings.dropped
            assert np.isnan(result.similarity[i])
        else:
            assert result.kept_of[to] == to
            assert result.similarity[i] == world.value(i, to)
            assert (reason == EXACT) == (links.first_of[i] == links.first_of[to])
            assert reason == EXACT or frozenset((int(links.first_of[i]), to)) in listed
            if result.similarity[i] < TAU:
                assert reason == DECISION
                assert links.group_of[i] != i


@settings(max_examples=1500)
@given(worlds())
def test_kept_texts_that_are_alike_were_decided(world: World) -> None:
    """Two kept texts at τ are kept apart, or both kept, by a decision on them or on copies of them."""
    links, result, _ = found(world)
    kept = np.flatnonzero(result.kept_of == np.arange(N)).tolist()
    for x, y in combinations(kept, 2):
        if world.value(x, y) >= TAU:
            is_apart = min(x, y) * N + max(x, y) in links.apart.tolist()
            assert is_apart or (links.stays[x] and links.stays[y])


@given(worlds(), st.randoms())
def test_order_of_lines_and_of_texts_means_nothing(world: World, random) -> None:
    """Decisions in any order give the same fates, and so do the texts numbered otherwise."""
    _, result, _ = found(world)
    lines = World(**(vars(world) | {"said": tuple(random.sample(world.said, len(world.said)))}))
    assert found(lines)[1].kept_of.tolist() == result.kept_of.tolist()
    place = random.sample(range(N), N)
    back = sorted(range(N), key=place.__getitem__)
    other = World(
        [place[i] for i in world.order], [world.names[i] for i in back], [world.forms[i] for i in back],
        world.similarity, world.said,
    )  # fmt: skip
    again = found(other)[1]
    assert [place[to] if to >= 0 else -1 for to in result.kept_of.tolist()] == [
        again.kept_of[place[i]] for i in range(N)
    ]
    assert [int(r) for r in result.reason] == [int(again.reason[place[i]]) for i in range(N)]


@given(worlds(among="ghij"))
def test_decisions_on_other_texts_change_nothing(world: World) -> None:
    """Decisions about texts that are not there leave every fate as it was."""
    _, result, _ = found(world)
    _, bare, _ = found(World(**(vars(world) | {"said": ()})))
    assert result.kept_of.tolist() == bare.kept_of.tolist()
    assert result.reason.tolist() == bare.reason.tolist()


def small(names: str, similarity: dict[str, float], *lines: str, forms: str = "") -> list[tuple[str, str]]:
    """Return for each text of a hand-made world, in keep order, the one it yields to and why."""
    forms = forms or names
    world = World(
        list(range(len(names))) + list(range(len(names), N)),
        [*names, *"ghijklm"[: N - len(names)]],
        [*(ord(form) for form in forms), *range(N - len(names))],
        {frozenset(map(ord, pair)): value for pair, value in similarity.items()},
        tuple((line.split()[0], tuple(line.split()[1])) for line in lines),
    )
    _, result, _ = found(world)
    return [
        (world.names[to] if to >= 0 else "-", REASONS[reason])
        for to, reason in zip(result.kept_of.tolist()[: len(names)], result.reason.tolist(), strict=False)
    ]


def test_a_link_is_transitive() -> None:
    """Texts linked through a third, here or not, have one kept text; those alike enough anyway keep that reason."""
    assert small("ab", {}, "same ac", "same cb") == [("a", "kept"), ("a", "decision")]
    assert small("abc", {"ac": 0.7}, "same ab", "same bc") == [
        ("a", "kept"),
        ("a", "decision"),
        ("a", "near-duplicate"),
    ]


def test_a_linked_text_goes_where_its_first_goes() -> None:
    """If the first of a group goes for another, the group goes with it, with its own values."""
    assert small("abc", {"ab": 0.7}, "same bc") == [("a", "kept"), ("a", "near-duplicate"), ("a", "decision")]


def test_a_copy_does_not_get_round_a_decision() -> None:
    """What is said of a text holds against a new copy of it with other punctuation."""
    bare = [("a", "kept"), ("a", "near-duplicate")]
    assert small("ab", {"ab": 0.7}) == bare
    assert small("hab", {"ab": 0.7}, "different ab", forms="aab") == [("h", "kept"), ("h", "exact"), ("b", "kept")]
    assert small("abh", {}, "same ab", forms="abb") == [("a", "kept"), ("a", "decision"), ("a", "decision")]


def test_copies_can_be_told_apart() -> None:
    """Of texts that differ in punctuation alone a decision can keep two; a third goes for the first."""
    assert small("abh", {}, "different ab", forms="aaa") == [("a", "kept"), ("b", "kept"), ("a", "exact")]


def test_each_of_two_may_go_for_a_third() -> None:
    """Cannot-link is of two texts; a third that both resemble drops both, unless it is linked with one of them."""
    alike = {"ab": 0.7, "ha": 0.7, "hb": 0.7, "ca": 0.7, "cb": 0.7}
    assert small("hab", alike, "different ab")[1:] == [("h", "near-duplicate")] * 2
    assert small("cab", alike, "different ab", "same ca")[1:] == [("c", "near-duplicate"), ("b", "kept")]


def test_keep_wins() -> None:
    """A kept text stays though others come first, and they go for it; two kept texts stay both."""
    assert small("abc", {"ab": 0.7, "bc": 0.7}, "keep ba") == [
        ("b", "near-duplicate"),
        ("b", "kept"),
        ("b", "near-duplicate"),
    ]
    assert small("abcd", {"bd": 0.9}, "keep ba", "keep dc") == [
        ("b", "decision"), ("b", "kept"), ("d", "decision"), ("d", "kept"),
    ]  # fmt: skip


def test_drop_takes_one_text_and_no_other() -> None:
    """A dropped text goes for what it resembles, else for none; what it would have dropped comes back."""
    assert small("ab", {}, "drop a") == [("-", "decision"), ("b", "kept")]
    assert small("ab", {"ab": 0.7}, "drop a") == [("b", "near-duplicate"), ("b", "kept")]
    assert small("ab", {"ab": 0.7}, "drop a", "drop b") == [("-", "decision"), ("-", "decision")]
    assert small("ah", {}, "drop a", forms="aa") == [("h", "exact"), ("h", "kept")]
    third = small("abc", {"ab": 0.9, "bc": 0.7}, "drop a", "drop b")
    assert third == [("-", "decision"), ("c", "near-duplicate"), ("c", "kept")]


def test_two_copies_may_both_be_kept() -> None:
    """Two texts of one form that are each kept over another both stay, and a third copy goes for the first."""
    found = small("abcdh", {}, "keep ba", "keep dc", forms="abcbb")
    assert found == [("b", "decision"), ("b", "kept"), ("d", "decision"), ("d", "kept"), ("b", "exact")]


def test_buckets_over_the_cap_honour_decisions() -> None:
    """Decisions on members of a crowded bucket leave the same speeches kept as when all pairs are compared."""
    words = np.random.default_rng(5)
    base = words.integers(0x4E00, 0x5E00, 300)
    texts = []
    for i in range(24):
        codes = base.copy()
        codes[words.choice(300, 4 + i % 9, replace=False)] = 0x6000 + i
        texts.append(codes.astype(np.uint32))
    n = len(texts)
    speeches = Speeches.of(
        sources=[f"{i:02d}.txt" for i in range(n)],
        ordinals=np.zeros(n, np.int64),
        n_placeholders=np.zeros(n, np.int64),
        codes=np.concatenate(texts),
        lengths=np.array([len(codes) for codes in texts]),
        breaks=np.array([at for codes in texts for at in (0, len(codes))]),
        n_breaks=np.full(n, 2),
    )
    lines = [("different", "ab"), ("different", "ac"), ("different", "bd"), ("keep", "fe"), ("drop", "d")]
    rulings = said(*((verdict, tuple(names)) for verdict, names in lines))
    assert rulings is not None
    named = Reviewed(Said(rulings, {4 * i: name * 64 for i, name in enumerate("abcdef")}))
    kept = []
    for cap in (2, 1000):
        result = find(speeches, replace(Config(), dedup=replace(Dedup(), bucket_cap=cap, threshold=0.7)), named).fates
        kept.append(np.flatnonzero(result.kept_of == np.arange(n)).tolist())
    assert kept[0] == kept[1]
    assert 20 in kept[0]
