"""Does a worker run what the driver runs, and how do its errors come home?

In: the program and the filters of the driver. Out: stages that first hold the worker against them. What always holds:
no row is made by another program, other libraries, other shipped rules or another filter of one's own; an error that a
worker can name reaches the driver as the same error.
"""

import base64
import pickle
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

import cleaner
from cleaner import rulepack
from cleaner.config import Config, Filters
from cleaner.engines.spread.cluster import Batches, Stage
from cleaner.errors import CleanerError, EngineError
from cleaner.filters import own
from cleaner.store.tables import file_digest

_MARK = re.compile(r"CLEANER\[([A-Za-z0-9+/=]+)\]")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a worker must have in common with the driver.

    Args:
        digest: of the program, the libraries, the shipped rules and the filters of one's own.
    """

    version: str
    digest: str
    filters: tuple[str, ...]

    @classmethod
    def here(cls, filters: tuple[str, ...]) -> "Identity":
        """Return that of this process, with the filters of these names."""
        return cls(cleaner.__version__, _program(filters), filters)

    def hold(self) -> None:
        """Hold this process against it.

        Raises:
            EngineError: another program runs here.
            FilterError: a filter is not installed here.
        """
        found = Identity.here(self.filters)
        if found != self:
            raise EngineError(
                f"the worker on {socket.gethostname()}",
                f"cleaner {found.version} with digest {found.digest[:12]}",
                f"that of the driver, {self.version} with {self.digest[:12]}",
                "install the same cleaner, libraries, rules and filters on every worker",
            )


@dataclass(frozen=True, slots=True)
class Trusted:
    """A stage that runs where the driver's program runs, and whose errors can be told from those of Spark."""

    identity: Identity
    stage: Stage

    def __call__(self, batches: Batches) -> Iterator[Any]:
        """Yield what the stage does."""
        here = f"the worker on {socket.gethostname()}"
        try:
            self.identity.hold()
            yield from self.stage(batches)
        except CleanerError as error:
            raise _marked(error) from None
        except FileNotFoundError as error:
            absent = f"no {error.filename}"
            raise _marked(EngineError(here, absent, "the folder of the driver", "share OUT with all workers")) from None


def _marked(error: CleanerError) -> RuntimeError:
    """Return an error that carries another through Java as text."""
    return RuntimeError(f"CLEANER[{base64.b64encode(pickle.dumps(error)).decode()}]")


def told(error: Exception) -> CleanerError:
    """Return the error that a worker raised, or what can be said of one of the cluster itself."""
    said = str(error)
    if found := _MARK.search(said):
        raised = pickle.loads(base64.b64decode(found[1]))
        if isinstance(raised, CleanerError):
            return raised
    if missing := re.search("No module named '([^']+)'", said):
        return EngineError(
            "a worker", f"no module {missing[1]} there", "the cleaner of the driver", "install it on every worker"
        )
    return EngineError("Spark", first_line(error), "that it finishes the job", "see the logs of its workers")


def first_line(error: Exception) -> str:
    """Return the first line of what an error says, Java's traces left out."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    causes = [line for line in lines if re.match(r"[\w.: ]*(?:Error|Exception): \S", line)]
    return ((causes or lines or [type(error).__name__])[0]).lstrip(": ")[:300]


@cache
def _program(filters: tuple[str, ...]) -> str:
    """Return a digest of the files of the program, the libraries, the shipped rules and the filters of these names."""
    digest = sha256("\0".join(sorted(_libraries())).encode())
    package = Path(cleaner.__file__).parent
    files = [(path.relative_to(package), path) for path in package.rglob("*.py")]
    files += [(path.relative_to(rulepack.shipped()), path) for path in rulepack.shipped().rglob("*.toml")]
    for name, path in sorted(files):
        digest.update(f"{name.as_posix()}\0{file_digest(path)}\0".encode())
    chosen = Config(filters=Filters(own=filters))
    for own_name, version in sorted(own.versions(chosen).items()):
        digest.update(f"{own_name}\0{version}\0".encode())
    for file in own.programs(chosen):
        digest.update(f"{file.name}\0{file_digest(file)}\0".encode())
    return digest.hexdigest()


def _libraries() -> Iterator[str]:
    """Yield name and version of cleaner, of each library that it needs here, and of what these need in turn."""
    waiting, seen = ["cleaner"], set[str]()
    while waiting:
        if (name := waiting.pop()) in seen:
            continue
        seen.add(name)
        with suppress(metadata.PackageNotFoundError):  # a library that only other systems need
            one = metadata.distribution(name)
            yield f"{name} {one.version}"
            needed = [said for said in one.requires or () if "extra ==" not in said]
            waiting += [re.split(r"[^\w.-]", said)[0].lower().replace("_", "-") for said in needed]
