"""Where do flat arrays live that are larger than memory? In files below OUT/.work, written once and then mapped.

In: arrays one after another. Out: one array over the file. What always holds: memory is what of it was looked at since
`batches.release`, and the system may take that back at any time.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Flat:
    """A file of values of one type, appended to and then mapped; use as a context manager while it is written."""

    def __init__(self, path: Path, kind: type[np.generic]) -> None:
        self.path, self.kind = path, np.dtype(kind)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb")

    def __enter__(self) -> "Flat":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def append(self, values: NDArray[Any]) -> None:
        """Write values behind those written before."""
        self._file.write(np.ascontiguousarray(values, self.kind).data)

    def mapped(self) -> NDArray[Any]:
        """Close the file and return all values, read-only."""
        self._file.close()
        return mapped(self.path, self.kind)


def mapped(path: Path, kind: np.dtype[Any]) -> NDArray[Any]:
    """Return the values of a file, mapped; an empty file cannot be and gives an array in memory."""
    if not path.stat().st_size:
        return np.empty(0, kind)
    return np.memmap(path, kind, "r")


class Arrays:
    """Makes arrays that are mapped from files of a folder, in the order in which they are asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._made = folder, 0
        folder.mkdir(parents=True, exist_ok=True)

    def __call__(self, shape: tuple[int, ...], kind: type[np.generic]) -> NDArray[Any]:
        """Return an array of zeros."""
        self._made += 1
        if 0 in shape:
            return np.empty(shape, kind)
        return np.memmap(self._folder / f"{self._made:04d}", kind, "w+", shape=shape)
