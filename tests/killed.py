"""A process that is gone in the middle of a commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def killed_at_rename(moment: int) -> Iterator[list[Path]]:
    """Let `moment` renames happen and raise Killed at the next; yield what was to be renamed, the fatal one last."""
    renamed: list[Path] = []
    replace = Path.replace

    def dying(self: Path, target: Path) -> Path:
        renamed.append(self)
        if len(renamed) > moment:
            raise Killed
        return replace(self, target)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Path, "replace", dying)
        yield renamed
