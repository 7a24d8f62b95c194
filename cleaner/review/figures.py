"""How is a number drawn?

In: numbers. Out: inline SVG, without scripts and style attributes: colours come from the page's style sheet by class.
A drawing library was ruled out: those that draw without a browser set their own fonts and colours in every element,
where the page must follow light, dark and print.
"""

from collections.abc import Sequence

from markupsafe import Markup

from cleaner.review.gather import BINS

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 560, 200, 40, 18, 26, 26


def bar(share: float, lost: float = 0.0) -> Markup:
    """Return a bar that fills `share` of its box, with what was lost behind it; both of 0 to 1.

    >>> print(bar(0.5).partition("<rect")[2])
     width="500" height="10"/></svg>
    """
    solid = round(1000 * min(max(share, 0.0), 1.0))
    gone = round(1000 * min(max(lost, 0.0), 1.0))
    gone = max(gone, 3) if lost > 0 else 0
    behind = (
        Markup('<rect class="gone" x="{}" width="{}" height="10"/>').format(min(solid, 1000 - gone), gone)
        if gone
        else ""
    )
    return Markup(
        '<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="10"/>{}</svg>'
    ).format(max(solid, 3) if share > 0 else 0, behind)


def histogram(bins: Sequence[int], floor: float, threshold: float) -> Markup:
    """Return the histogram of similarities from `floor` (rounded down to a bar) to 1, the threshold marked."""
    first = min(int(floor * BINS + 1e-9), BINS - 1)
    shown = list(enumerate(bins))[first:]
    highest = max([1, *(count for _, count in shown)])
    width = (WIDTH - LEFT - RIGHT) / (BINS - first)
    base = HEIGHT - BOTTOM

    def x_of(value: float) -> float:
        return LEFT + (value * BINS - first) * width

    out = [_axis(highest, base)]
    for i, count in shown:
        height = count / highest * (base - TOP)
        kind = "over" if (i + 1) / BINS > threshold + 1e-9 else "under"
        said = f"{i / BINS:.2f} to {(i + 1) / BINS:.2f}: {count:,} pairs"
        out.append(_column(kind, x_of(i / BINS) + 0.75, base - height, width - 1.5, height, said))
    step = 5 if BINS - first > 15 else 1
    for i in range(first, BINS + 1):
        if i % step == 0:
            out.append(_label(x_of(i / BINS), base + 16, f"{i / BINS:.2f}"))
    at = x_of(threshold)
    out.append(Markup('<line class="tau" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>').format(at, TOP - 8, base))
    out.append(_label(at, TOP - 13, f"τ = {threshold:g}", "tau"))
    return _figure("Histogram of similarities", out)


def columns(values: Sequence[tuple[str, int]], unit: str) -> Markup:
    """Return a column for each (label, count), the count over it."""
    highest = max([1, *(count for _, count in values)])
    base = HEIGHT - BOTTOM
    width = (WIDTH - LEFT - RIGHT) / max(1, len(values))
    out = [_axis(highest, base)]
    for i, (label, count) in enumerate(values):
        height, x = count / highest * (base - TOP), LEFT + i * width
        said = f"{label}: {count:,} {unit}"
        out.append(_column("over", x + width * 0.14, base - height, width * 0.72, height, said))
        out.append(_label(x + width / 2, base + 16, label))
        if count:
            out.append(_label(x + width / 2, base - height - 6, f"{count:,}"))
    return _figure(unit, out)


def _column(kind: str, x: float, y: float, width: float, height: float, said: str) -> Markup:
    sizes = Markup('x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"').format(x, y, width, height)
    return Markup('<rect class="{}" {}><title>{}</title></rect>').format(kind, sizes, said)


def _axis(highest: int, base: int) -> Markup:
    out = [Markup('<line class="axis" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(LEFT, WIDTH - RIGHT, base, base)]
    for tick in sorted({highest, highest // 2} - {0}):
        y = base - tick / highest * (base - TOP)
        out.append(
            Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(LEFT, WIDTH - RIGHT, y, y)
        )
        out.append(Markup('<text class="end" x="{}" y="{:.1f}">{}</text>').format(LEFT - 6, y + 4, _short(tick)))
    return Markup("").join(out)


def _short(count: int) -> str:
    for limit, sign in ((10**9, "G"), (10**6, "M"), (10**4, "k")):
        if count >= limit:
            return f"{count / (10**3 if sign == 'k' else limit):.3g}{sign}"
    return f"{count:,}"


def _label(x: float, y: float, text: str, kind: str = "mid") -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>').format(kind, x, y, text)


def _figure(label: str, parts: Sequence[Markup]) -> Markup:
    return Markup('<svg class="figure" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, label, Markup("").join(parts)
    )
