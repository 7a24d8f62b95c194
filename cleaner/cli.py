"""What can be done from the command line? A thin door: each command reads its options and calls one function.

stdout carries results, stderr progress and errors. Exit codes: 0 fine; 1 the run failed; 2 the caller's input is wrong;
3 with --strict, some inputs were set aside; 130 Ctrl-C. An option may stand in the environment, as CLEANER_RUN_WORKERS
does for `run --workers`. Heavy modules are imported by the command that needs them.

Longer than other files because each command is one function here, and nothing else is.
"""

import codecs
import io
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from cleaner import __version__
from cleaner.config import Config, load, with_learned
from cleaner.errors import CleanerError, InputError, said

DEFAULT_CONFIG = Path("cleaner.toml")


_STARVED = ("Failed to launch worker thread", "can't start new thread")
"""What libraries say where there is no memory for the stack of a thread."""


class _Named(click.Option):
    """An option whose variable in the environment is named as the option is, not as the parameter of the function."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """Return the value of `<prefix>_<OPTION>`, or None."""
        return os.environ.get(f"{ctx.auto_envvar_prefix}_{self.opts[-1].lstrip('-').upper()}") or None


_config = click.option(
    "--config",
    "config_path",
    cls=_Named,
    type=click.Path(path_type=Path),
    help="Settings; ./cleaner.toml if there is one.",
)
_decisions = click.option(
    "--decisions",
    "decisions_path",
    cls=_Named,
    type=click.Path(path_type=Path),
    help="File of human decisions; review/decisions.jsonl by default.",
)
_json = click.option("--json", "as_json", cls=_Named, is_flag=True, help="Print the result as JSON.")


class _Group(click.Group):
    """A group whose errors are one line on stderr and an exit code; help shows commands in the order of this file."""

    group_class = type

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands as they were added."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; turn a CleanerError into its line and its exit code."""
        try:
            return super().invoke(ctx)
        except CleanerError as error:
            click.echo(f"cleaner: {error}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo(
                "cleaner: interrupted; a finished result is as it was; the same command goes on from here", err=True
            )
            ctx.exit(130)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(1)
        except OSError as error:
            where, do = error.filename or "a file", "expected a place that can be used; give its permission, or another"
            click.echo(f"cleaner: {where}: found {said(error)}; {do}", err=True)
            ctx.exit(1)
        except Exception as error:
            if not (isinstance(error, MemoryError) or any(sign in str(error) for sign in _STARVED)):
                raise
            click.echo("cleaner: no memory left; free memory or lower --workers", err=True)
            ctx.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "CLEANER"})
@click.version_option(__version__, prog_name="cleaner")
def main() -> None:
    """Turn scraped Chinese speeches into a clean, deduplicated corpus with an audit of every change."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal in GBK has no ⟦, and is no reason to fail
            stream.reconfigure(errors="backslashreplace")


def _show(value: Any, lines: Iterable[str], as_json: bool) -> None:
    """Print a result for a program or for a person; as JSON that is ASCII where stdout is not UTF-8."""
    if as_json:
        is_utf8 = codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8"
        lines = [json.dumps(value, ensure_ascii=not is_utf8, indent=1)]
    for line in lines:
        click.echo(line)


def _load(path: Path | None) -> Config:
    return load(path if path is not None else DEFAULT_CONFIG if DEFAULT_CONFIG.is_file() else None)


@main.command()
@click.argument("raw", default="data/raw")
@click.argument("out", default="data/clean")
@_config
@click.option(
    "--engine", type=click.Choice(["local", "spark"]), default="local", show_default=True, help="Where kernels run."
)
@click.option("--master", metavar="URL", help="Of the Spark cluster; that of Spark's settings by default.")
@click.option(
    "--shared", metavar="DIR", type=click.Path(path_type=Path),
    help="Folder that the cluster shares, if RAW or OUT is a URI (s3a:, hdfs:, file:).",
)  # fmt: skip
@click.option("--workers", type=click.IntRange(min=1), default=None, help="Processes; as many as cores by default.")
@click.option(
    "--sample", metavar="N", type=click.IntRange(min=1), default=None, help="Only N files, chosen by their names' hash."
)
@_decisions
@click.option(
    "--learned", metavar="FILE", type=click.Path(path_type=Path), multiple=True,
    help="Rules that `cleaner rules suggest` wrote and you accepted; may be given more than once.",
)  # fmt: skip
@click.option(
    "--fresh", is_flag=True, help="Read every file, also those whose size, times and inode are those of the last run."
)
@click.option("--strict", is_flag=True, help="Exit with 3 if something was set aside.")
@_json
def run(
    raw: str,
    out: str,
    config_path: Path | None,
    engine: str,
    master: str | None,
    shared: Path | None,
    workers: int | None,
    sample: int | None,
    decisions_path: Path | None,
    learned: tuple[Path, ...],
    fresh: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Clean the files of RAW into OUT.

    RAW is data/raw and OUT is data/clean unless given. An earlier result in OUT stays until the new one is whole.
    """
    from cleaner import api
    from cleaner.summary import summary_lines

    described = api.run(
        raw, out, with_learned(_load(config_path), learned), workers=workers, sample=sample, decisions=decisions_path,
        fresh=fresh, progress=True, engine=engine, master=master, shared=shared,
    )  # fmt: skip
    _show(described, summary_lines(described, raw, out), as_json)
    if strict and described["counts"]["rejected"]:
        raise SystemExit(3)


@main.command()
@click.argument("source", metavar="INPUT", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--text", "column", cls=_Named, metavar="COLUMN", required=True, help="The column with the texts.")
@click.option("--threshold", type=float, default=None, help="τ: two texts this similar are one; as in the settings.")
@click.option("--containment", type=float, default=None, help="τ_c: also drop excerpts; off unless given.")
@click.option(
    "--against", metavar="PRIOR", type=click.Path(path_type=Path), help="Mark also what stands in this table or result."
)
@_config
@_json
def dedupe(
    source: Path,
    out: Path,
    column: str,
    threshold: float | None,
    containment: float | None,
    against: Path | None,
    config_path: Path | None,
    as_json: bool,
) -> None:
    """Mark the near-duplicates in a table of texts.

    INPUT is Parquet (a file, or a folder of parts), JSON lines, CSV or TSV, also compressed. OUT gets all its rows in
    texts/, and those that stay in kept/.
    """
    from cleaner import dedupe as deduping
    from cleaner.dedup.batches import threads
    from cleaner.engines.local import Local
    from cleaner.progress import Progress

    described = deduping.dedupe(
        source, out, column, _load(config_path), Progress(),
        threshold=threshold, containment=containment, against=against, engine=Local(threads()),
    )  # fmt: skip
    _show(described, deduping.summary_lines(described, out), as_json)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@_config
@_json
def explain(file: Path, config_path: Path | None, as_json: bool) -> None:
    """Show what would be removed from one file, and by which rule.

    FILE!member and FILE!row name one thing in an archive or a table. Nothing is written.
    """
    from cleaner import explanation

    cleaned = explanation.clean_file(file, _load(config_path))
    shown = [explanation.as_json(one) for one in cleaned]
    _show(shown if len(shown) > 1 else shown[0], ("".join(explanation.as_text(one)) for one in cleaned), as_json)


@main.command()
@click.argument("first", metavar="OUT1", type=click.Path(path_type=Path))
@click.argument("second", metavar="OUT2", type=click.Path(path_type=Path))
@_json
def diff(first: Path, second: Path, as_json: bool) -> None:
    """Show the speeches that one result has and another has not.

    Which speeches OUT2 gained, lost and changed beside OUT1, and by which setting or rule.
    """
    from cleaner import changes

    found = changes.compare(first, second)
    _show(changes.as_json(found), changes.as_lines(found), as_json)


@main.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--source", default=None, help="Only this source.")
@click.option(
    "--to", "to", type=click.Path(path_type=Path), default=Path("restored"), show_default=True, help="Where to write."
)
def restore(out: Path, source: str | None, to: Path) -> None:
    """Rebuild the decoded sources of OUT from its tables.

    As UTF-8 without BOM, the ends of lines as they were.
    """
    from cleaner.restore import restore as rebuild

    click.echo(f"{rebuild(out, to, source)} sources restored below {to}")


@main.command()
@click.argument("out", type=click.Path(path_type=Path))
def verify(out: Path) -> None:
    """Check on a finished result every guarantee that it can show.

    Exit code 1 if one does not hold; the line on stderr names it.
    """
    from cleaner.verify import check

    checked = check(out)
    for name, rows in checked.rows.items():
        click.echo(f"{name:<12} {rows:>12,} rows")
    click.echo(f"{checked.n_characters:,} characters of decoded sources rebuilt")
    click.echo(f"recall of pairs at the threshold, estimated under another seed: {checked.estimated_recall:.4f}")
    if not checked.cleaned_again:
        click.echo("the rules or the program have changed since the run: the edits were not made again")
    click.echo("every guarantee that a result can show holds")


@main.command()
@click.argument("out", type=click.Path(path_type=Path))
def report(out: Path) -> None:
    """Rebuild the report of OUT from its tables, without a run."""
    from cleaner.config import as_config
    from cleaner.review import report as reporting
    from cleaner.store import manifest

    manifest.recover(out)
    described = manifest.read(out)
    config = as_config(described["config"])
    reporting.write(out, described, replace(config, output=replace(config.output, report=True)))
    click.echo(out / "report" / "index.html")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
def init(folder: Path) -> None:
    """Write settings, rules of your own and JSON Schemas into FOLDER.

    A commented cleaner.toml, packs that extend the shipped ones, and what editors need to complete and check both.
    FOLDER is this one unless given; what stands in it is left alone.
    """
    from cleaner import scaffold

    for path in scaffold.write(folder):
        click.echo(path)
    where = "" if folder == Path() else f"cd {folder} && "
    click.echo(f"next: {where}cleaner run RAW OUT --sample 100, then open OUT/report/index.html")


@main.command()
@click.argument("kind", type=click.Choice(["config", "rules"]))
def schema(kind: str) -> None:
    """Print the JSON Schema of cleaner.toml or of a rule pack."""
    from cleaner import schema as schemas

    click.echo(schemas.as_text(kind), nl=False)


@main.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), default=8710, show_default=True, help="0 for any that is free.")
@_decisions
@click.option(
    "--export", "export_path", cls=_Named, metavar="F", type=click.Path(path_type=Path), help="Write a sheet (CSV)."
)
@click.option(
    "--import", "import_path", cls=_Named, metavar="F", type=click.Path(path_type=Path), help="Take its verdicts."
)
@_config
def review(
    out: Path,
    port: int,
    decisions_path: Path | None,
    export_path: Path | None,
    import_path: Path | None,
    config_path: Path | None,
) -> None:
    """Judge the duplicates of OUT; the next run honours the verdicts.

    On a web page of this machine, or with --export and --import in a spreadsheet.
    """
    from cleaner import decisions
    from cleaner.store import manifest

    if export_path and import_path:
        raise click.UsageError("--export and --import exclude each other")
    manifest.recover(out)
    manifest.read(out)
    path = decisions_path or Path(_load(config_path).review.decisions)
    if export_path or import_path:
        from cleaner.review import sheet

        known = decisions.found(None, path)
        if export_path:
            click.echo(f"{sheet.export(out, export_path, known):,} pairs in {export_path}")
        if import_path:
            click.echo(f"{sheet.take(out, import_path, path, known)}; {path}")
        return
    from cleaner.review import app

    app.serve(out, path, port)


@main.group()
def rules() -> None:
    """Show, test, compare and propose rules."""


@rules.command("list")
@click.argument("corpus", type=click.Path(path_type=Path), required=False)
@_config
@_json
def rules_list(corpus: Path | None, config_path: Path | None, as_json: bool) -> None:
    """Print every rule and why it is there.

    With CORPUS, a folder of raw files or a finished result: how often each rule fires in it, which rules never do, and
    which pairs of rules claim one span.
    """
    from cleaner import rulepack
    from cleaner.effects import shown

    config = _load(config_path)
    if corpus is None:
        listed = shown.rows(rulepack.chosen(config.rules))
        _show(listed, shown.lines(listed), as_json)
        return
    from cleaner.effects import hits
    from cleaner.engines.local import Local

    found, pack = hits.count(corpus, config, Local(os.cpu_count() or 1))
    told = shown.told(found, pack)
    _show(told, shown.hit_lines(told), as_json)


@rules.command("diff")
@click.argument("old")
@click.argument("new")
@click.argument("raw", type=click.Path(path_type=Path), default="data/raw")
@_config
@_json
def rules_diff(old: str, new: str, raw: Path, config_path: Path | None, as_json: bool) -> None:
    """Show what only one of two versions of the packs removes.

    OLD and NEW are held against each other on the files of RAW (data/raw unless given). Each is `shipped`, a folder
    of packs that stands for itself, or a file that `cleaner rules suggest` wrote, read after the shipped packs.
    """
    from cleaner.effects import diff, shown
    from cleaner.engines.local import Local

    found = list(diff.compare(old, new, raw, _load(config_path), Local(os.cpu_count() or 1)))
    _show(shown.changes(found), shown.diff_lines(found), as_json)


@rules.command("test")
@_config
def rules_test(config_path: Path | None) -> None:
    """Run the examples of every rule."""
    from cleaner import rulepack

    config = _load(config_path)
    pack = rulepack.chosen(config.rules)
    n = sum(len(rule.removes) + len(rule.keeps) for rule in pack.rules)
    click.echo(f"{len(pack.rules)} rules, {n} examples hold")


@rules.command("suggest")
@click.argument("raw", type=click.Path(path_type=Path), default="data/raw")
@click.option(
    "--least", type=click.IntRange(min=2), default=5, show_default=True, help="Speeches that hold a template."
)
@click.option("--one-site", is_flag=True, help="All of RAW is one site; else each folder directly below it is one.")
@click.option("--to", type=click.Path(path_type=Path), default=None, help="Write the rules here, not to stdout.")
@_config
@_json
def rules_suggest(
    raw: Path, least: int, one_site: bool, to: Path | None, config_path: Path | None, as_json: bool
) -> None:
    """Propose rules for what a site prints round its speeches.

    What repeats on the pages of RAW (data/raw unless given) and is not said in its speeches. The result is a file for
    `cleaner run --learned`: read it first, and strike what you do not want.
    """
    from cleaner import suggest
    from cleaner.suggest.read import learn

    proposals = learn(raw, _load(config_path), least, one_site)
    written = suggest.as_json(proposals) if as_json else suggest.as_toml(proposals)
    if to is None:
        click.echo(written, nl=False)
    else:
        try:
            to.write_text(written, "utf-8")
        except OSError as error:
            raise InputError(to, said(error), "a file that may be written", "give another --to") from None
        click.echo(f"{len(proposals)} rules in {to}")
