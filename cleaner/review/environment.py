"""How do templates see numbers, names and foreign text?

Out: a jinja2 environment over `templates/`. What always holds: autoescape is on, a name that is not given is an error,
and text of a speech passes through `shown`.
"""

from jinja2 import Environment, PackageLoader, StrictUndefined

from cleaner.review import figures
from cleaner.review.shown import BLANKS, clip, marked, name, shown


def environment() -> Environment:
    """Return the environment of the report and of the review pages."""
    page = Environment(
        loader=PackageLoader("cleaner.review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    page.filters |= {
        "n": lambda value: f"{value:,}",
        "counted": lambda value, noun: f"{value:,} {noun}{'' if value == 1 else 's'}",
        "percent": lambda part, whole: f"{part / whole:.1%}" if whole else "–",
        "share": lambda part, whole: part / whole if whole else 0.0,
        "value": lambda value: f"{value:.3f}",
        "name": name,
        "shown": shown,
        "clip": clip,
        "line": lambda text: shown(text.replace("\r\n", "\n").strip("\r"), "\n"),
        "marked": marked,
        "removed": lambda text: shown(text, BLANKS if not text.strip() else "\n\t"),
    }
    page.globals |= {"bar": figures.bar, "histogram": figures.histogram, "columns": figures.columns}
    return page
