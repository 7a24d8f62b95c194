"""How are two texts put side by side so that a person sees at once what differs?

In: two texts with their masks. Out: `Line`s for two columns: what differs as `<del>` and `<ins>`, masks as `<mark>`,
what is alike folded. What always holds: the columns meet again at every line feed that both texts share; what is folded
says how many characters it hides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby

from markupsafe import Markup

from cleaner.chars import MASK
from cleaner.review.diff import Op, diff
from cleaner.review.fetch import Mask
from cleaner.review.shown import clip, shown

FOLDED_CHARS = 60
"""Whole paragraphs alike are folded from so many characters."""
ALIKE_CHARS = 26
"""Shown of what is alike before and after a change."""
HIDDEN_CHARS = 30
"""A shorter stretch is shown: the sign in its place would be as long."""
MASK_CHARS = 12


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of two texts is shown.

    Args:
        chars: characters of each text that are compared.
        lines: pairs of paragraphs.
        changes: stretches, alike or not, of one pair of paragraphs.
        unfolded: characters of a folded stretch when it is opened.
        one_sided: characters of the start and of the end of a long stretch that only one text has.
    """

    chars: int
    lines: int
    changes: int
    unfolded: int
    one_sided: tuple[int, int]


IN_REPORT = Limits(chars=12_000, lines=40, changes=160, unfolded=400, one_sided=(160, 60))
"""A page that holds hundreds of pairs."""
IN_REVIEW = Limits(chars=100_000, lines=1_000, changes=2_000, unfolded=20_000, one_sided=(2_000, 300))
"""A page that holds one. Source: measured, the largest pair then takes under 0.2 s and 1 MB."""


@dataclass(frozen=True, slots=True)
class Line:
    """A pair of paragraphs, or, if `n_alike`, paragraphs alike: folded, the first of their text in `left`."""

    left: Markup
    right: Markup
    n_alike: int = 0

    @property
    def n_bytes(self) -> int:
        """About what it takes in UTF-8."""
        return 100 + len(self.left.encode()) + len(self.right.encode())


@dataclass(frozen=True, slots=True)
class Compared:
    """Two texts side by side.

    Args:
        n_left, n_right: characters that differ on each side.
        n_hidden: pairs of paragraphs not shown.
        n_compared: characters of each text that were compared, if one is longer; else 0.
    """

    lines: tuple[Line, ...]
    n_left: int
    n_right: int
    n_hidden: int
    n_compared: int

    @property
    def n_bytes(self) -> int:
        """About what the lines take in UTF-8."""
        return sum(line.n_bytes for line in self.lines)

    def within(self, n_bytes: int) -> "Compared":
        """Return as many of the lines as take `n_bytes`, at least one."""
        sizes = accumulate(line.n_bytes for line in self.lines)
        n_fitting = max(1, sum(size <= n_bytes for size in sizes))
        return replace(self, lines=self.lines[:n_fitting], n_hidden=self.n_hidden + len(self.lines[n_fitting:]))


def compare(
    left: str, right: str, masks_left: Sequence[Mask], masks_right: Sequence[Mask], limits: Limits = IN_REPORT
) -> Compared:
    """Return two texts side by side; each `chars.MASK` of a text is one of its masks, in order."""
    ops = diff(left[: limits.chars], right[: limits.chars])
    lines = list(_lines(ops, _Side(masks_left, "del", limits), _Side(masks_right, "ins", limits), limits))
    return Compared(
        lines=tuple(lines[: limits.lines]),
        n_left=sum(len(op.left) for op in ops if not op.is_equal),
        n_right=sum(len(op.right) for op in ops if not op.is_equal),
        n_hidden=max(0, len(lines) - limits.lines),
        n_compared=limits.chars if max(len(left), len(right)) > limits.chars else 0,
    )


class _Side:
    """Writes one column; knows which mask comes next."""

    def __init__(self, masks: Sequence[Mask], tag: str, limits: Limits) -> None:
        self._masks = iter(masks)
        self._tag = tag
        self._one_sided = limits.one_sided

    def write(self, text: str) -> Markup:
        """Return `text` with its masks."""
        out = []
        for i, piece in enumerate(text.split(MASK)):
            if i:
                mask = next(self._masks)
                out.append(Markup('<mark title="{}">{}</mark>').format(mask.kind, shown(clip(mask.run, MASK_CHARS))))
            out.append(shown(piece))
        return Markup("").join(out)

    def skip(self, text: str) -> None:
        """Pass over the masks of `text`."""
        for _ in range(text.count(MASK)):
            next(self._masks)

    def fold(self, text: str, head: int, tail: int, what: str) -> Markup:
        """Return the head and the tail of `text`, how much is between them said."""
        hidden = text[head : len(text) - tail]
        if len(hidden) <= HIDDEN_CHARS:
            return self.write(text)
        return self.write(text[:head]) + self.hide(hidden, what) + self.write(text[len(text) - tail :] if tail else "")

    def hide(self, text: str, what: str) -> Markup:
        """Return the sign that stands for `text`."""
        self.skip(text)
        return Markup('<span class="fold">… {:,} {} …</span>').format(len(text), what)

    def changed(self, text: str) -> Markup:
        """Return what only this side has."""
        if not text:
            return Markup()
        inside = text.lstrip("\n")
        before = text[: len(text) - len(inside)] if inside else ""
        # A line feed alone would be an invisible change.
        inner = self.fold(inside, *self._one_sided, "more") if inside else shown(text, "\n")
        return Markup("{0}<{1}>{2}</{1}>").format(before, Markup(self._tag), inner)


def _lines(ops: Sequence[Op], left: _Side, right: _Side, limits: Limits) -> Iterator[Line]:
    for is_alike, rows in groupby(_paragraphs(ops), key=lambda row: all(op.is_equal for op in row)):
        if is_alike:
            yield from _alike("".join(op.left for row in rows for op in row), left, right, limits.unfolded)
        else:
            for row in rows:
                yield _differing(row, left, right, limits.changes)


def _paragraphs(ops: Sequence[Op]) -> Iterator[list[Op]]:
    """Yield the ops cut after each line feed that both texts share."""
    row: list[Op] = []
    for op in ops:
        if not op.is_equal:
            row.append(op)
            continue
        for piece in _cut(op.left):
            row.append(Op(piece, piece))
            if piece.endswith("\n"):
                yield row
                row = []
    if row:
        yield row


def _cut(text: str) -> Iterator[str]:
    *whole, rest = text.split("\n")
    yield from (line + "\n" for line in whole)
    if rest:
        yield rest


def _alike(text: str, left: _Side, right: _Side, unfolded: int) -> Iterator[Line]:
    if len(text) < FOLDED_CHARS:
        yield Line(left.write(text.rstrip("\n")), right.write(text.rstrip("\n")))
        return
    shown_text = left.fold(text.rstrip("\n"), unfolded, 0, "more")
    right.skip(text)
    yield Line(shown_text, Markup(), len(text))


def _differing(row: Sequence[Op], left: _Side, right: _Side, n_changes: int) -> Line:
    cells_left, cells_right = [], []
    for i, op in enumerate(row[:n_changes]):
        if op.is_equal:
            head = ALIKE_CHARS if i else 0
            tail = ALIKE_CHARS if i < len(row) - 1 else 0
            text = op.left.removesuffix("\n") if i == len(row) - 1 else op.left
            cells_left.append(left.fold(text, head, tail, "alike"))
            cells_right.append(right.fold(text, head, tail, "alike"))
        else:
            cells_left.append(left.changed(op.left))
            cells_right.append(right.changed(op.right))
    rest = row[n_changes:]
    if rest:
        cells_left.append(left.hide("".join(op.left for op in rest), "more"))
        cells_right.append(right.hide("".join(op.right for op in rest), "more"))
    return Line(Markup("").join(cells_left), Markup("").join(cells_right))
