"""How do RAW and OUT lie on a file system of Hadoop: `file:`, `hdfs:`, `s3a:`?

In: a URI, and a folder that the driver and all workers share. Out: the files below the URI in that folder, or a result
of that folder below the URI. What always holds: a file is fetched again only if its size or time has changed; a result
is complete if and only if its manifest is there: it goes first and comes last, since an object store renames nothing.

The file systems are those of Spark's Java, reached through the session, with the settings that the cluster has for
them.
"""

import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cleaner.engines.trust import first_line
from cleaner.errors import InputError
from cleaner.store.manifest import ENTRIES, MANIFEST

STREAMS = 16
"""Files that travel at a time; a small one takes an object store some 50 ms, whatever its size."""


def is_uri(name: object) -> bool:
    """Say whether RAW or OUT is the URI of a file system.

    >>> [is_uri(name) for name in ("data/raw", "file:/data/raw", "s3a://bucket/raw")]
    [False, True, True]
    """
    return re.match(r"[a-z][a-z0-9+.-]+:/", str(name)) is not None


@dataclass(frozen=True, slots=True)
class Remote:
    """A folder of a file system of Hadoop.

    Args:
        session: a Spark session.
    """

    session: Any
    uri: str

    def fetch(self, folder: Path) -> Path:
        """Make `folder` hold the files below the URI and nothing else; return it.

        Raises:
            InputError: they cannot be had.
        """
        folder.mkdir(parents=True, exist_ok=True)
        try:
            system, root = self._root()
            found = dict(self._files(system, root))
            for path in sorted(folder.rglob("*"), reverse=True):
                if path.is_dir():
                    if not any(path.iterdir()):
                        path.rmdir()
                elif path.relative_to(folder).as_posix() not in found:
                    path.unlink()

            def take(name: str) -> None:
                size, millis = found[name]
                here = folder / name
                if here.is_file() and (here.stat().st_size, here.stat().st_mtime_ns) == (size, millis * 1_000_000):
                    return
                here.parent.mkdir(parents=True, exist_ok=True)
                system.copyToLocalFile(False, self._path(root, name), self._local(here), True)
                os.utime(here, ns=(millis * 1_000_000, millis * 1_000_000))

            with ThreadPoolExecutor(STREAMS) as pool:
                list(pool.map(take, found))
        except Exception as error:
            raise self._refused(error, "a folder that can be read") from None
        return folder

    def publish(self, folder: Path) -> None:
        """Put the result in `folder` below the URI, in the place of the one there.

        Raises:
            InputError: it cannot be written; what is there is then without a manifest.
        """
        try:
            system, root = self._root()
            system.mkdirs(root)
            root = system.resolvePath(root)
            system = root.getFileSystem(self.session._jsc.hadoopConfiguration())
            system.setWriteChecksum(False)  # the manifest has the digests
            for name in (MANIFEST, *ENTRIES):
                system.delete(self._path(root, name), True)
                if (folder / name).exists() and name != MANIFEST:
                    system.copyFromLocalFile(False, True, self._local(folder / name), self._path(root, name))
            system.copyFromLocalFile(False, True, self._local(folder / MANIFEST), self._path(root, MANIFEST))
        except Exception as error:
            raise self._refused(error, "a folder that can be written") from None

    def _root(self) -> tuple[Any, Any]:
        root = self._path(self.uri)
        system = root.getFileSystem(self.session._jsc.hadoopConfiguration())
        return system, system.makeQualified(root)

    def _files(self, system: Any, root: Any) -> Iterator[tuple[str, tuple[int, int]]]:
        """Yield each file below the root by its name there, with its size and the milliseconds of its time."""
        above = root.toUri().getPath().rstrip("/") + "/"
        found = system.listFiles(root, True)
        while found.hasNext():
            one = found.next()
            name = one.getPath().toUri().getPath().removeprefix(above)
            yield name, (one.getLen(), one.getModificationTime())

    def _local(self, path: Path) -> Any:
        return self._path("file", None, str(path.absolute()))  # a percent sign in the name is itself

    def _path(self, *parts: Any) -> Any:
        return self.session._jvm.org.apache.hadoop.fs.Path(*parts)

    def _refused(self, error: Exception, expected: str) -> InputError:
        return InputError(self.uri, first_line(error), expected, "correct it, or Spark's settings of that file system")
