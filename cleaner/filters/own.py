"""What do filters of one's own take from a speech?

In: the text of one speech after the shipped rules, and the names that `filters.own` chooses. Out: their edits, under
the contract of every other: code points of the text, sorted, disjoint, each with its reason as its rule. What always
holds: a filter that is installed but not chosen does not act; one that is chosen and is not installed, fails or breaks
the contract stops the run with an error that names it; of two that want one span the first in the list has it.

A filter is a function of the text alone, `(str) -> Iterable[Edit]`, behind an entry point of `cleaner.filters`.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cleaner.chars import MASK
from cleaner.config import Config
from cleaner.edits import Edit
from cleaner.errors import FilterError
from cleaner.rulepack import RulePack

STAGE = "own"
GROUP = "cleaner.filters"


def edits(text: str, pack: RulePack, config: Config) -> Iterator[Edit]:
    """Yield the edits of all chosen filters, sorted; the rule is the filter's name, and behind a slash its own rule."""
    chosen: list[Edit] = []
    for name in config.filters.own:
        taken = [(edit.start, edit.end) for edit in chosen]
        for edit in _checked(name, text):
            if not any((start < edit.end and edit.start < end) or start == edit.start for start, end in taken):
                chosen.append(edit._replace(stage=STAGE, rule=f"{name}/{edit.rule}" if edit.rule else name))
    yield from sorted(chosen, key=lambda edit: (edit.start, edit.end))


def versions(config: Config) -> dict[str, str]:
    """Return the version of the distribution of each chosen filter.

    Raises:
        FilterError: one is not installed, offered twice or cannot be imported.
    """
    found = {}
    for name in config.filters.own:
        _loaded(name)
        distribution = _entry(name).dist
        found[name] = distribution.version if distribution is not None else "unknown"
    return found


def programs(config: Config) -> list[Path]:
    """Return the files of the packages that the chosen filters stand in."""
    found: set[Path] = set()
    for name in config.filters.own:
        spec = find_spec(_entry(name).module.partition(".")[0])
        if spec is not None and spec.submodule_search_locations is not None:
            found.update(path for folder in spec.submodule_search_locations for path in Path(folder).rglob("*.py"))
        elif spec is not None and spec.origin is not None:
            found.add(Path(spec.origin))
    return sorted(found)


def _checked(name: str, text: str) -> list[Edit]:
    """Return the edits of one filter, held against the contract."""
    where, expected = f"the filter {name}", "sorted, disjoint Edits within the text"
    shown = f"for a text that begins {text[:20]!r}"
    try:
        found = list(_loaded(name)(text))
    except FilterError:
        raise
    except Exception as error:
        raise FilterError(where, f"{type(error).__name__}: {error} {shown}", expected, "mend the filter") from error
    last = 0
    for edit in found:
        fits = isinstance(edit, Edit) and last <= edit.start <= edit.end <= len(text)
        if not fits or (edit.start == edit.end and not edit.inserted) or edit.kind is not None or MASK in edit.inserted:
            raise FilterError(where, f"{edit!r} {shown}", expected, "mend the filter")
        last = edit.end
    return found


@cache
def _loaded(name: str) -> Callable[[str], Iterable[Any]]:
    try:
        function = _entry(name).load()
    except (ImportError, AttributeError) as error:
        raise FilterError(f"the filter {name}", str(error), "a function that can be imported", "mend it") from error
    if not callable(function):
        raise FilterError(f"the filter {name}", repr(function), "a function of a text", "mend its entry point")
    return function  # type: ignore[no-any-return]


def _entry(name: str) -> EntryPoint:
    known = entry_points(group=GROUP)
    found = [entry for entry in known if entry.name == name]
    if len(found) != 1:
        offered = ", ".join(sorted({entry.name for entry in known})) or "none"
        said = "no such filter installed" if not found else f"{len(found)} filters of that name"
        raise FilterError(
            f"filters.own, {name!r}", said, f"one of the entry points {GROUP}: {offered}", "install or correct it"
        )
    return found[0]
