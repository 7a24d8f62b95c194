"""Tests of `cleaner.edits`: every change is kept, in coordinates of the source, whatever the stages did."""

# ruff: noqa: SIM300 (the expected value stands first)

from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cleaner.edits import Draft, Edit, apply

ALPHABET = "水库防汛，。：X× \n\u3000a1"
"""Reservoir, flood control, marks, masks, blanks."""

Round = list[Edit]


class History(NamedTuple):
    """A source, the edits of each round in the coordinates of the text that it saw, and the drafts after each."""

    source: str
    rounds: list[Round]
    drafts: list[Draft]


@st.composite
def one_round(draw: st.DrawFn, text: str, stage: str) -> Round:
    """Draw sorted, disjoint edits of `text`: removals, replacements and insertions."""
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    spans = list(zip(places[::2], places[1::2], strict=False))
    kind = st.sampled_from([None, None, "number"])
    return [
        Edit(a, b, stage, f"{stage}-rule", draw(st.text(st.sampled_from(ALPHABET), max_size=3)), draw(kind))
        for a, b in spans
    ]


@st.composite
def histories(draw: st.DrawFn, max_rounds: int = 4) -> History:
    """Draw a source and several rounds of edits, each in the coordinates of the text as it then stands."""
    source = draw(st.text(st.sampled_from(ALPHABET), max_size=30))
    drafts, rounds = [Draft.of(source)], []
    for number in range(draw(st.integers(1, max_rounds))):
        rounds.append(draw(one_round(drafts[-1].text, f"s{number}")))
        drafts.append(drafts[-1].apply(rounds[-1]))
    return History(source, rounds, drafts)


def restored(draft: Draft) -> str:
    """Rebuild the source from the text and the rows alone, as a reader of the tables would."""
    out, at, taken = [], 0, 0
    for row in draft.rows():
        kept = row.start - at
        out += [draft.text[taken : taken + kept], draft.source[row.start : row.end]]
        taken += kept
        assert row.inserted == draft.text[taken : taken + len(row.inserted)]
        taken += len(row.inserted)
        at = row.end
    return "".join([*out, draft.text[taken:]])


@settings(deadline=None)
@given(histories())
def test_each_round_does_to_the_text_what_its_edits_say(history: History) -> None:
    """After each round the text is the text before with the spans replaced; nothing else moves."""
    text = history.source
    for edits, draft in zip(history.rounds, history.drafts[1:], strict=True):
        text = apply(text, edits)
        assert text == draft.text


@settings(deadline=None)
@given(histories())
def test_rows_are_disjoint_and_sorted(history: History) -> None:
    """Rows of the audit do not overlap, lie in the source and stand in its order."""
    rows = list(history.drafts[-1].rows())
    assert all(0 <= row.start <= row.end <= len(history.source) for row in rows)
    assert all(a.end <= b.start for a, b in pairwise(rows))


@settings(deadline=None)
@given(histories())
def test_rows_change_something(history: History) -> None:
    """A row removes a character or inserts one."""
    assert all(row.start < row.end or row.inserted for row in history.drafts[-1].rows())


@settings(deadline=None)
@given(histories())
def test_segments_cover_the_source(history: History) -> None:
    """The segments lie end to end from the first character of the source to the last."""
    segments = history.drafts[-1].segments
    ends = [0, *(segment.end for segment in segments)]
    assert [segment.start for segment in segments] == ends[:-1]
    assert len(history.source) == ends[-1]


@settings(deadline=None)
@given(histories())
def test_source_is_kept_and_removed(history: History) -> None:
    """The source is what the text kept and what the rows removed, in order."""
    assert history.source == restored(history.drafts[-1])


@settings(deadline=None)
@given(histories())
def test_text_is_kept_and_inserted(history: History) -> None:
    """The text is as long as what was kept and what was inserted."""
    rows = list(history.drafts[-1].rows())
    removed = sum(row.end - row.start for row in rows)
    assert len(history.source) - removed + sum(len(row.inserted) for row in rows) == len(history.drafts[-1].text)


@settings(deadline=None)
@given(histories())
def test_rows_make_the_text_again(history: History) -> None:
    """`from_rows` gives the text of the draft that the rows were taken from."""
    draft = history.drafts[-1]
    rows = list(draft.rows())
    assume(all(row.start < len(history.source) for row in rows))  # the two tests below are the rest
    assert draft.text == Draft.from_rows(history.source, rows, 0, len(history.source)).text


def test_insertion_at_the_end_of_the_source_is_in_from_rows() -> None:
    """An insertion behind the last character is made again from its row."""
    draft = Draft.of("水库").apply([Edit(2, 2, "repair", "r", "。")])
    assert "水库。" == Draft.from_rows("水库", draft.rows(), 0, 2).text


def test_rest_of_an_insertion_at_the_end_is_in_from_rows() -> None:
    """Where a later edit takes the first half of what was inserted at the end, the other half is made again."""
    draft = Draft.of("水ab").apply([Edit(1, 3, "repair", "r", "防汛")]).apply([Edit(1, 2, "inline", "i")])
    assert "水汛" == draft.text
    assert draft.text == Draft.from_rows("水ab", draft.rows(), 0, 3).text


@settings(deadline=None)
@given(histories(), st.data())
def test_parts_are_the_whole(history: History, data: st.DataObject) -> None:
    """The parts together have the text, the segments' source and the rows of the whole."""
    draft = history.drafts[-1]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(draft.text)), max_size=4)))
    parts = draft.parts(cuts)
    assert len(cuts) + 1 == len(parts)
    assert draft.text == "".join(part.text for part in parts)
    bounds = [0, *cuts, len(draft.text)]
    assert [draft.text[a:b] for a, b in pairwise(bounds)] == [part.text for part in parts]
    assert history.source == "".join(history.source[s.start : s.end] for part in parts for s in part.segments)
    rows = [row for part in parts for row in part.rows()]
    assert all(a.end <= b.start for a, b in pairwise(rows))
    assert "".join(r.inserted for r in draft.rows()) == "".join(r.inserted for r in rows)


@settings(deadline=None)
@given(histories(), st.data())
def test_editing_the_parts_is_editing_the_whole(history: History, data: st.DataObject) -> None:
    """Edits made on each part give together the text of the same edits made on the whole."""
    draft = history.drafts[-1]
    cut = data.draw(st.integers(0, len(draft.text)))
    left, right = draft.parts([cut])
    on_left = data.draw(one_round(left.text, "left"))
    on_right = data.draw(one_round(right.text, "right"))
    moved = [Edit(e.start + cut, e.end + cut, e.stage, e.rule, e.inserted, e.kind) for e in on_right]
    assert draft.apply([*on_left, *moved]).text == left.apply(on_left).text + right.apply(on_right).text


@settings(deadline=None)
@given(histories())
def test_removing_the_whole_text_leaves_nothing_inserted(history: History) -> None:
    """A later edit that spans earlier ones empties what they inserted and removes what they kept."""
    draft = history.drafts[-1]
    assume(draft.text)
    emptied = draft.apply([Edit(0, len(draft.text), "last", "all")])
    assert "" == emptied.text
    assert [] == [row.inserted for row in emptied.rows() if row.inserted]
    assert history.source == "".join(history.source[row.start : row.end] for row in emptied.rows())


def test_a_later_edit_is_written_between_the_earlier_ones() -> None:
    """The row of an earlier edit stays with its own stage and rule; the later one takes the pieces between."""
    draft = Draft.of("甲乙丙丁戊").apply([Edit(1, 2, "repair", "a", "一"), Edit(3, 4, "repair", "b")])
    draft = draft.apply([Edit(0, 4, "inline", "c", "换")])
    assert "换" == draft.text
    assert [
        Edit(0, 1, "inline", "c", "换"),
        Edit(1, 2, "repair", "a", ""),
        Edit(2, 3, "inline", "c", ""),
        Edit(3, 4, "repair", "b", ""),
        Edit(4, 5, "inline", "c", ""),
    ] == list(draft.rows())


def test_a_kind_is_counted_once() -> None:
    """A placeholder that was cut by an earlier removal has its kind on one row only."""
    draft = Draft.of("XaX座").apply([Edit(1, 2, "repair", "zero-width")])
    draft = draft.apply([Edit(0, 2, "placeholder", "x-run", "□", "number")])
    assert "□座" == draft.text
    assert ["number"] == [row.kind for row in draft.rows() if row.kind]


def test_replacing_what_was_inserted_names_the_later_rule() -> None:
    """Where nothing of the source shows, the replacement goes to the row of what it replaces."""
    draft = Draft.of("ab").apply([Edit(0, 2, "repair", "a", "防汛")]).apply([Edit(0, 2, "inline", "b", "水")])
    assert [Edit(0, 2, "inline", "b", "水")] == list(draft.rows())


def test_nothing_to_do_is_the_same_draft() -> None:
    """Without edits a draft is returned as it is."""
    draft = Draft.of("防汛")
    assert draft is draft.apply([])


def test_empty_source() -> None:
    """A source without characters has no segments, no rows, no span and one empty part more than cuts."""
    draft = Draft.of("")
    assert ("", [], None) == (draft.text, list(draft.rows()), draft.span())
    assert ["", ""] == [part.text for part in draft.parts([0])]


@settings(deadline=None)
@given(histories())
def test_outside_its_span_everything_is_removed(history: History) -> None:
    """What of the source lies before or behind the span shows nowhere in the text; the span shows all of it."""
    draft = history.drafts[-1]
    span = draft.span()
    if span is None:
        assert "" == draft.text
        return
    start, end = span
    inside = [s for s in draft.segments if start <= s.start and s.end <= end]
    outside = [s for s in draft.segments if s not in inside]
    assert draft.text == "".join(history.source[s.start : s.end] if s.edit is None else s.edit.inserted for s in inside)
    assert all(s.length() == 0 for s in outside)


@pytest.mark.parametrize("inserted", ["", "□", "XX"])
def test_span_does_not_move_with_the_policy(inserted: str) -> None:
    """A placeholder at the edge counts as showing, whatever stands for it."""
    draft = Draft.of("--XX县的讲话XX--").apply([Edit(0, 2, "header", "h"), Edit(10, 12, "footer", "f")])
    draft = draft.apply(
        [Edit(0, 2, "placeholder", "x", inserted, "place"), Edit(6, 8, "placeholder", "x", inserted, "place")]
    )
    assert (2, 10) == draft.span()


@settings(deadline=None)
@given(histories(), st.data())
def test_cuts_insertion_is_true_for_parts_only(history: History, data: st.DataObject) -> None:
    """`cuts_insertion` says whether the stretch holds some but not all characters that one edit inserted."""
    draft = history.drafts[-1]
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(draft.text))] * 2)))
    assume(start < end)
    owners = [i for i, s in enumerate(draft.segments) for _ in range(s.length())]
    inserted = {i for i, s in enumerate(draft.segments) if s.edit is not None}
    inside, outside = set(owners[start:end]), set(owners[:start] + owners[end:])
    assert bool(inside & outside & inserted) == draft.cuts_insertion(start, end)
