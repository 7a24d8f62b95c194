"""How does a text change, and how is every change kept?

In: a decoded source and the `Edit`s of the stages, each in the coordinates of the text that its stage saw. Out: the
text as it stands, and the audit rows in the coordinates of the source.

A `Draft` is a piece table: segments that cover the source from end to end, each either kept or edited. What always
holds: the segments are disjoint, in order and without a hole; the text is the concatenation of what they show; hence
source = kept + removed and text = kept + inserted, whatever the stages did.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple


class Edit(NamedTuple):
    """A change to a text: the code points [start, end) become `inserted`.

    Args:
        start: first code point, in the text that the stage was given.
        end: one past the last.
        stage: the stage that made it, as the column `edits.stage` names it.
        rule: the rule's id.
        inserted: what stands there now; empty for a removal.
        kind: what a placeholder stood for, else None.
    """

    start: int
    end: int
    stage: str
    rule: str
    inserted: str = ""
    kind: str | None = None


class Segment(NamedTuple):
    """A piece of the source: kept as it is (`edit` None), or replaced by `edit.inserted`.

    `start` and `end` are code points of the source; the edit's own offsets equal them.
    """

    start: int
    end: int
    edit: Edit | None = None

    def length(self) -> int:
        """Return how many code points it shows in the text."""
        return self.end - self.start if self.edit is None else len(self.edit.inserted)


@dataclass(frozen=True)
class Draft:
    """A source with its edits so far; never changed, each `apply` gives a new one."""

    source: str
    segments: tuple[Segment, ...]

    @classmethod
    def of(cls, source: str) -> "Draft":
        """Return the draft of `source` with nothing edited."""
        return cls(source, (Segment(0, len(source)),) if source else ())

    @classmethod
    def from_rows(cls, source: str, rows: Iterable[Edit], start: int, end: int) -> "Draft":
        """Return the draft of `source[start:end]` that `rows` (sorted, in coordinates of the source) make."""
        segments, position = [], start
        for edit in rows:
            if start <= edit.start and edit.end <= end:
                if position < edit.start:
                    segments.append(Segment(position, edit.start))
                segments.append(Segment(edit.start, edit.end, edit))
                position = edit.end
        if position < end:
            segments.append(Segment(position, end))
        return cls(source, tuple(segments))

    @cached_property
    def text(self) -> str:
        """The text as it stands."""
        source = self.source
        return "".join([source[a:b] if edit is None else edit.inserted for a, b, edit in self.segments])

    def apply(self, edits: Iterable[Edit]) -> "Draft":
        """Return the draft after `edits`: sorted, disjoint, in the coordinates of `text`.

        A later edit that spans earlier ones becomes the pieces between them; what they had inserted there is gone.

        >>> edits = [Edit(2, 4, "placeholder", "x-run"), Edit(4, 5, "placeholder", "debris")]
        >>> draft = Draft.of("增长 X%左右").apply(edits)
        >>> draft.text, [(e.start, e.end) for e in draft.rows()]         # "growth of about"
        ('增长左右', [(2, 4), (4, 5)])
        """
        out: list[Segment] = []
        rest = _Cursor(self.segments)
        position = 0
        for edit in edits:
            gap, length = edit.start - position, edit.end - edit.start
            if (at := rest.cut(gap, length)) is not None:
                # Nothing was edited here before, as is nearly always so.
                if gap:
                    out.append(Segment(at - gap, at))
                moved = edit if at == edit.start else _moved(edit, at, at + length, edit.inserted)
                out.append(Segment(at, at + length, moved))
            else:
                out.extend(rest.take(gap))
                out.extend(_replaced(rest.take(length), edit, rest.position))
            position = edit.end
        out.extend(rest.remaining())
        return Draft(self.source, tuple(out)) if position or len(out) != len(self.segments) else self

    def parts(self, cuts: Iterable[int]) -> list["Draft"]:
        """Return the draft cut at the text offsets `cuts` (sorted); the parts together are the whole."""
        rest = _Cursor(self.segments)
        position, parts = 0, []
        for cut in cuts:
            parts.append(Draft(self.source, tuple(rest.take(cut - position))))
            position = cut
        parts.append(Draft(self.source, tuple(rest.remaining())))
        return parts

    def rows(self) -> Iterator[Edit]:
        """Yield the edits in the coordinates of the source: disjoint and sorted."""
        for segment in self.segments:
            if segment.edit is not None and (segment.start < segment.end or segment.edit.inserted):
                yield segment.edit

    @cached_property
    def _written(self) -> list[tuple[int, int]]:
        """Where the text is not the source's own: the spans of insertions, in coordinates of the text."""
        spans, position = [], 0
        for segment in self.segments:
            after = position + segment.length()
            if segment.edit is not None and after > position:
                spans.append((position, after))
            position = after
        return spans

    def cuts_insertion(self, start: int, end: int) -> bool:
        """Say whether the text [start, end) holds a part, but not all, of what some edit inserted."""
        first = bisect_right(self._written, start, key=lambda span: span[1])
        last = bisect_left(self._written, end, key=lambda span: span[0])
        return any(not (start <= a and b <= end) for a, b in self._written[first:last])

    def span(self) -> tuple[int, int] | None:
        """Return the code points of the source from the first to the last that show in the text, or None if none do.

        A placeholder counts as showing whatever the policy leaves of it, so that a span, and with it a decision that
        names a text by the hash of its span, does not move with the policy.
        """
        first = next(filter(_shows, self.segments), None)
        last = next(filter(_shows, reversed(self.segments)), None)
        return (first.start, last.end) if first and last else None


class _Cursor:
    """Hands out segments from left to right, cut where the caller's lengths fall."""

    def __init__(self, segments: tuple[Segment, ...]) -> None:
        self._left = list(reversed(segments))
        self.position = segments[0].start if segments else 0

    def take(self, length: int) -> list[Segment]:
        """Return the next segments that show `length` code points; empty ones at the far edge stay."""
        taken = []
        while length > 0:
            segment = self._left.pop()
            if (has := segment.length()) > length:
                segment, rest = _split(segment, length)
                self._left.append(rest)
                has = length
            length -= has
            taken.append(segment)
            self.position = segment.end
        return taken

    def cut(self, gap: int, length: int) -> int | None:
        """Take the next `gap` and `length` code points if one kept segment shows them, and return where in the source
        the latter begin; else take nothing, None.
        """
        if not length or not self._left:
            return None
        start, end, edit = self._left[-1]
        last = start + gap + length
        if edit is not None or last > end:
            return None
        if last < end:
            self._left[-1] = Segment(last, end)
        else:
            self._left.pop()
        self.position = last
        return start + gap

    def remaining(self) -> list[Segment]:
        """Return all segments not yet taken."""
        left, self._left = self._left[::-1], []
        return left


def _shows(segment: Segment) -> bool:
    """Say whether a segment shows in the text, or did before the policy for placeholders."""
    return segment.length() > 0 or (segment.edit is not None and segment.edit.kind is not None)


def _split(segment: Segment, at: int) -> tuple[Segment, Segment]:
    """Cut `segment` after `at` shown code points; the removed source of an edited one stays with the right half.

    So an insertion without a span of its own always stands before a span, never at the very end of a text.
    """
    if segment.edit is None:
        middle = segment.start + at
        return Segment(segment.start, middle), Segment(middle, segment.end)
    left = _moved(segment.edit, segment.start, segment.start, segment.edit.inserted[:at])
    right = _moved(segment.edit, segment.start, segment.end, segment.edit.inserted[at:])
    return Segment(segment.start, segment.start, left), Segment(segment.start, segment.end, right)


def _replaced(covered: list[Segment], edit: Edit, position: int) -> list[Segment]:
    """Return `covered` as `edit` leaves it: the replacement goes with the first kept piece."""
    if not covered:
        return [Segment(position, position, _moved(edit, position, position, edit.inserted))] if edit.inserted else []
    kept = [i for i, segment in enumerate(covered) if segment.edit is None]
    carrier = kept[0] if kept else next((i for i, segment in enumerate(covered) if segment.length()), 0)
    out = []
    for i, segment in enumerate(covered):
        if i == carrier and (segment.edit is None or edit.inserted):
            changed = _moved(edit, segment.start, segment.end, edit.inserted)
        elif segment.edit is None:
            changed = Edit(segment.start, segment.end, edit.stage, edit.rule)
        else:
            changed = _moved(segment.edit, segment.start, segment.end, "")
        out.append(Segment(segment.start, segment.end, changed))
    return out


def _moved(edit: Edit, start: int, end: int, inserted: str) -> Edit:
    """Return the edit for the source [start, end) with what it inserts there."""
    return Edit(start, end, edit.stage, edit.rule, inserted, edit.kind)


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` after `edits` (sorted, disjoint)."""
    out, position = [], 0
    for edit in edits:
        out += [text[position : edit.start], edit.inserted]
        position = edit.end
    return "".join([*out, text[position:]])
