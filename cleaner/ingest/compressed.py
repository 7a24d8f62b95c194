"""How are compressed bytes read, so that neither a broken nor a hostile file costs more than itself?

In: a stream and the suffix of its compression. Out: the stream of what was compressed. What always holds: memory is one
buffer; what expands beyond the limits stops with `archive-bomb`; every fault is a `ReadError` with a reason code.
"""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import pyarrow as pa

from cleaner.errors import ReadError

FREE_BYTES, FREE_TOTAL_BYTES = 1 << 20, 64 << 20
"""What may come out of one stream and out of one file of RAW, however small it is."""
FIRST_BYTES = 1 << 16
"""How much is read of a file before it is known to be a large one."""

_OPENERS: dict[str, Callable[[Any], Any]] = {
    "": lambda file: file,
    ".gz": lambda file: gzip.GzipFile(fileobj=file),
    ".bz2": bz2.BZ2File,
    ".xz": lzma.LZMAFile,
    ".zst": lambda file: pa.input_stream(file, compression="zstd"),
}


class Budget:
    """What may come out of one file of RAW, all that is nested in it together."""

    def __init__(self, size_bytes: int, max_ratio: int) -> None:
        self.max_ratio = max_ratio
        self.left = max(FREE_TOTAL_BYTES, max_ratio * size_bytes)

    def bears(self, produced: int, consumed: int) -> None:
        """Hold what came, or would come, out of one stream against what went in.

        Raises:
            ReadError: reason `archive-bomb`.
        """
        if produced > max(FREE_BYTES, self.max_ratio * consumed):
            raise ReadError("archive-bomb", f"{produced} bytes out of {consumed}; input.max_ratio is {self.max_ratio}")

    def spend(self, n: int) -> None:
        """Take n bytes from what is left.

        Raises:
            ReadError: reason `archive-bomb`.
        """
        self.left -= n
        if self.left < 0:
            raise ReadError("archive-bomb", f"all that came out so far is more than {self.max_ratio} times the file")


class Expanded(io.RawIOBase):
    """A stream of decompressed bytes that stops when too many come out of too few.

    Args:
        consumed: how many bytes of the compressed stream were read so far.
    """

    def __init__(self, stream: Any, consumed: Callable[[], int], budget: Budget) -> None:
        self._stream, self._consumed, self._budget = stream, consumed, budget
        self._produced = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def tell(self) -> int:
        """Return how many bytes came out so far."""
        return self._produced

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` and return how many bytes there were."""
        with faults():
            data = self._stream.read1(len(buffer))  # read would lose what came before a fault
        buffer[: len(data)] = data
        self._produced += len(data)
        self._budget.spend(len(data))
        self._budget.bears(self._produced, self._consumed())
        return len(data)


def decompressed(file: IO[bytes], compression: str) -> IO[bytes]:
    """Return the stream of what `file` holds, without a limit; a fault is an error of the library."""
    stream: IO[bytes] = _OPENERS[compression](file)
    return stream


def opened(file: IO[bytes], compression: str, budget: Budget) -> IO[bytes]:
    """Return the stream of what `file` holds; of a file that is not compressed, itself."""
    if not compression:
        return file
    with faults():
        return io.BufferedReader(Expanded(decompressed(file, compression), file.tell, budget))


def read_whole(stream: IO[bytes], max_bytes: int) -> bytes:
    """Return all bytes of a stream.

    Raises:
        ReadError: reason `too-large`, `truncated`, `broken-archive` or `archive-bomb`.
    """
    with faults():
        # Python sets aside as much as is asked for, so the whole limit only where there is more than a little.
        data = stream.read(min(FIRST_BYTES, max_bytes + 1))
        if len(data) == FIRST_BYTES:
            data += stream.read(max_bytes + 1 - FIRST_BYTES)
    if len(data) > max_bytes:
        raise ReadError("too-large", f"over {max_bytes} bytes, which is input.max_bytes")
    return data


@contextmanager
def faults(reason: str = "broken-archive") -> Iterator[None]:
    """Turn what the libraries raise on broken bytes into a `ReadError`, with `reason` where they say no better one."""
    try:
        yield
    except EOFError as error:
        raise ReadError("truncated", str(error) or "it ends too early") from None
    except NotImplementedError as error:
        raise ReadError("unsupported-compression", str(error)) from None
    except (
        zlib.error,
        lzma.LZMAError,
        zipfile.BadZipFile,
        tarfile.TarError,
        OSError,
        ValueError,
        OverflowError,
        RecursionError,
        pa.ArrowException,
    ) as error:
        said = str(error) or type(error).__name__
        cut = any(word in said.lower() for word in ("truncated", "unexpected end", "end-of-stream"))
        raise ReadError("truncated" if cut else reason, said) from None
