"""RAW and OUT behind a URI: what is fetched, and that a result without its manifest is none."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cleaner.engines.hadoop import Remote, is_uri
from cleaner.errors import InputError
from tests.conftest import needed, needed_program
from tests.engines.webhdfs import Server

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    sql = needed("pyspark.sql")
    needed_program("java")
    builder = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    running = builder.config("spark.driver.host", "127.0.0.1").config("spark.log.level", "FATAL").getOrCreate()
    yield running
    running.stop()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "served").mkdir()
    running = Server(tmp_path / "served")
    yield running
    running.shutdown()
    running.server_close()


def files(folder: Path) -> dict[str, str]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in found}


def write(folder: Path, **text_by_name: str) -> None:
    for name, text in text_by_name.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def test_fetching_again(session: Any, server: Server, tmp_path: Path) -> None:
    """What has neither changed nor gone is not fetched again, whatever its name; what has gone goes."""
    raw, here = server.folder / "raw", tmp_path / "here"
    write(raw, **{"讲话.txt": "同志们", "site__a b%20c": "一", "site__b": "二"})  # "Comrades", in "speech.txt"
    remote = Remote(session, f"{server.uri}/raw")
    assert files(remote.fetch(here)) == files(raw)
    assert len(server.opened) == 3
    (raw / "讲话.txt").unlink()
    write(raw, **{"site__b": "三"})
    os.utime(raw / "site" / "b", (1, 1))
    remote.fetch(here)
    assert files(here) == files(raw)
    assert server.opened[3:] == ["raw/site/b"]


def test_the_manifest_is_the_commit(session: Any, server: Server, tmp_path: Path) -> None:
    """The manifest goes first and comes last, nothing is renamed; a result that breaks off has none."""
    new, out = tmp_path / "new", server.folder / "out"
    write(out, **{"manifest.json": "old", "speeches__part-00007.parquet": "old"})
    write(new, **{"manifest.json": "new", "speeches__part-00000.parquet": "new", "README.md": "new"})
    remote = Remote(session, f"{server.uri}/out")
    server.refused = "speeches/"
    with pytest.raises(InputError, match="quota"):
        remote.publish(new)
    assert not (out / "manifest.json").exists()
    server.refused, server.changed[:] = "", []
    remote.publish(new)
    assert files(out) == files(new)
    changed = [call for call in server.changed if call[0] != "MKDIRS"]
    assert (changed[0], changed[-1]) == (("DELETE", "out/manifest.json"), ("CREATE", "out/manifest.json"))
    assert {call for call, _ in changed} == {"DELETE", "CREATE"}


@pytest.mark.parametrize("name", ["absent", "nowhere"])
def test_what_cannot_be_had(name: str, session: Any, server: Server, tmp_path: Path) -> None:
    """A folder that is not there, and a file system that does not answer, are errors that name the URI."""
    uri = f"{server.uri}/absent" if name == "absent" else "webhdfs://127.0.0.1:1/raw"
    with pytest.raises(InputError, match=uri):
        Remote(session, uri).fetch(tmp_path / "here")


def test_which_names_are_uris() -> None:
    """A path of this machine, one of Windows too, is no URI."""
    assert [is_uri(name) for name in ("hdfs:///raw", "s3a://b/k", "raw", "/raw", Path("a:b"), "a/b:/c")] == [
        True, True, False, False, False, False,
    ]  # fmt: skip
