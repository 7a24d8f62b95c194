"""What can be done from Python? The functions of `import cleaner`, thin doors as the commands are.

In: texts as strings or a pandas Series, or folders. Out: strings, pandas frames with the index of what came in, or the
manifest of a run. What always holds: the rules and settings are those of a run with the same config; nothing is printed
and nothing is written but the OUT of `run`. Without a config the defaults count, never a `cleaner.toml` that happens to
lie in the working folder.
"""

import os
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, overload

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cleaner import clean, dedupe, explanation, pipeline, rulepack
from cleaner.chars import whole
from cleaner.config import Config, load
from cleaner.decisions import found as decisions_of
from cleaner.engines.hadoop import is_uri
from cleaner.engines.local import Local
from cleaner.errors import ConfigError, InputError
from cleaner.progress import Progress
from cleaner.records import Cleaned, Decoded

if TYPE_CHECKING:
    from cleaner.engines import spark

Settings = Config | Path | str | None
"""A `Config`, the path of a `cleaner.toml`, or None for the defaults."""

EDIT_COLUMNS = ("start", "end", "stage", "rule", "removed", "inserted", "kind")
DUPLICATE_COLUMNS = ("row", "cluster_id", "kept", "kept_row", "similarity")


@overload
def clean_text(text: str, config: Settings = None) -> str: ...
@overload
def clean_text(text: "pd.Series[Any]", config: Settings = None) -> "pd.Series[Any]": ...
def clean_text(text: "str | pd.Series[Any]", config: Settings = None) -> "str | pd.Series[Any]":
    r"""Return the text as the rules leave it: of several speeches each, parted by an empty line.

    Nothing is set aside for being short. A Series gives a Series with the same index and name, missing where it was.

    Raises:
        ConfigError, RuleError: the settings or packs cannot be used.

    >>> clean_text("来源：某某文秘网\n\n在动员会上的讲话\n\n同志们：\n要新建水库××座。")   # "source: …"; "build X"
    '在动员会上的讲话\n同志们：\n要新建水库座。'
    """
    settings = _settings(config)

    def one(given: str) -> str:
        return "\n\n".join(speech.text for speech in _cleaned(given, settings).speeches)

    return one(text) if isinstance(text, str) else text.map(one, na_action="ignore")


def explain(text: "str | Path | pd.Series[Any]", config: Settings = None) -> pd.DataFrame:
    """Return a row for every change that would be made to a text, a file or each text of a Series.

    Returns:
        The columns of the table `edits` without the source, sorted; offsets are half-open code points of the (decoded)
        text. The index counts the rows; of a Series it repeats the label of the text, of a container the source.

    Raises:
        InputError: there is no such file.

    >>> explain("要新建水库××座。")[["rule", "removed", "kind"]].values.tolist()            # "build X reservoirs"
    [['cross-run', '××', 'number']]
    """
    settings = _settings(config)
    if isinstance(text, pd.Series):
        found = [(label, row) for label, one in text.dropna().items() for row in _edits(_cleaned(one, settings))]
        labels = pd.Index([label for label, _ in found], name=text.index.name)
        return pd.DataFrame([row for _, row in found], labels, columns=list(EDIT_COLUMNS))
    cleaned = [_cleaned(text, settings)] if isinstance(text, str) else explanation.clean_file(text, settings)
    rows = [(one.source.source, row) for one in cleaned for row in _edits(one)]
    sources = pd.Index([source for source, _ in rows], name="source") if len(cleaned) > 1 else None
    return pd.DataFrame([row for _, row in rows], sources, columns=list(EDIT_COLUMNS))


def find_duplicates(
    texts: "pd.Series[Any]",
    config: Settings = None,
    *,
    threshold: float | None = None,
    containment: float | None = None,
) -> pd.DataFrame:
    """Return what becomes of each text when near-duplicates go: what `cleaner dedupe` adds to a table.

    Args:
        threshold: τ; None for that of the config.
        containment: τ_c; None to drop by similarity only.

    Returns:
        With the index of `texts`: `row`, the place of the text from 0; `cluster_id`, the row that stays for the
        cluster, missing for a text alone; `kept`; `kept_row`, the row it yields to; `similarity` with it, exact.

    Raises:
        InputError: something is neither a string nor missing.
        ConfigError: a threshold is out of its range.
    """
    try:
        column = pa.array(texts, pa.string(), from_pandas=True)
    except (pa.ArrowException, UnicodeError) as error:
        raise InputError("the texts", str(error), "strings, or missing", "convert or drop the others") from None
    with TemporaryDirectory(prefix="cleaner-") as folder:
        table, out = Path(folder) / "texts.parquet", Path(folder) / "out"
        pq.write_table(pa.table({"text": column}), table)
        settings = _settings(config)
        silent = replace(settings, output=replace(settings.output, report=False))
        dedupe.dedupe(table, out, "text", silent, Progress(shown=False), threshold=threshold, containment=containment)
        found: pd.DataFrame = pq.read_table(out / "texts", columns=list(DUPLICATE_COLUMNS)).to_pandas(
            types_mapper={pa.int64(): pd.Int64Dtype()}.get
        )
    return found.set_axis(texts.index)


def run(
    raw: Path | str,
    out: Path | str,
    config: Settings = None,
    *,
    workers: int | None = None,
    sample: int | None = None,
    decisions: Path | str | None = None,
    fresh: bool = False,
    progress: bool = False,
    engine: str = "local",
    master: str | None = None,
    shared: Path | str | None = None,
) -> dict[str, Any]:
    """Clean the files of RAW into OUT and return the manifest.

    Args:
        workers: processes; None for as many as cores.
        sample: clean only so many files, chosen by the hash of their names.
        decisions: file of human verdicts; None for the one that the config names, if it is there.
        fresh: read every file, also those whose size, times and inode are those of the last run.
        progress: show it on stderr, if that is a terminal.
        engine: `local`, or `spark` for a cluster with which this machine shares OUT.
        master: address of the cluster; None for the one that Spark's own settings name.
        shared: a folder that the cluster shares, where RAW and OUT stand that are URIs of a Hadoop file system.

    Raises:
        CleanerError: one of its subclasses; OUT is then as it was.
    """
    shown = Progress() if progress else Progress(shown=False)
    for name, given in (("workers", workers), ("sample", sample)):
        if given is not None and given < 1:
            raise ConfigError(name, str(given), "a number from 1 on, or None", "give another")
    settings = _settings(config)
    said = decisions_of(None if decisions is None else Path(decisions), Path(settings.review.decisions))
    if engine == "local":
        if foreign := [name for name in (raw, out) if is_uri(name)] + [name for name in (master, shared) if name]:
            raise ConfigError("--engine local", str(foreign[0]), "paths of this machine", "give --engine spark")
        local = Local(workers or os.cpu_count() or 1)
        return pipeline.run(Path(raw), Path(out), settings, local, shown, said, sample, fresh)
    if shared is None and (is_uri(raw) or is_uri(out)):
        raise ConfigError("--shared", "none", "a folder that all workers share, for what is behind a URI", "give one")
    here = Path(shared or ".").absolute()
    with _spark(master, settings) as runner:
        source = runner.remote(str(raw)).fetch(here / "raw") if is_uri(raw) else Path(raw).absolute()
        place = here / "out" if is_uri(out) else Path(out).absolute()
        described = pipeline.run(source, place, settings, runner, shown, said, sample, fresh)
        if is_uri(out):
            runner.remote(str(out)).publish(place)
    return described


def _spark(master: str | None, config: Config) -> "AbstractContextManager[spark.Spark]":
    try:
        from cleaner.engines import spark
    except ModuleNotFoundError as error:
        raise ConfigError(
            "--engine spark", str(error), "pyspark", "pip install 'cleaner[spark]', or use --engine local"
        ) from None
    return spark.connected(master, config)


def _settings(config: Settings) -> Config:
    return config if isinstance(config, Config) else load(None if config is None else Path(config))


def _cleaned(text: str, config: Config) -> Cleaned:
    """Return what becomes of a text; however short, it is not set aside."""
    if not isinstance(text, str):
        raise InputError("a text", repr(text), "a string, or missing", "convert or drop it")
    however_short = replace(config, split=replace(config.split, min_chars=0))
    given = Decoded("text", whole(text), "utf-8", "given")
    return clean.clean_text(given, rulepack.chosen(config.rules), however_short)


def _edits(cleaned: Cleaned) -> list[dict[str, Any]]:
    return [{name: row[name] for name in EDIT_COLUMNS} for row in explanation.as_json(cleaned)["edits"]]
