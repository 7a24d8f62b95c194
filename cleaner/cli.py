"""What can be done from the command line? A thin door: each command reads its options and calls one function.

stdout carries results, stderr progress and errors. Exit codes: 0 fine; 1 the run failed; 2 the caller's input is wrong;
3 with --strict, some inputs were set aside; 130 Ctrl-C. An option may stand in the environment, as CLEANER_RUN_WORKERS
does for `run --workers`. Heavy modules are imported by the command that needs them.

Longer than other files because each command is one function here, and nothing else is.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from cleaner import __version__
from cleaner.config import Config, load, with_learned
from cleaner.errors import CleanerError

DEFAULT_CONFIG = Path("cleaner.toml")


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
    """A group whose errors are one line on stderr and an exit code."""

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
        except MemoryError:
            click.echo("cleaner: no memory left; free memory or lower --workers", err=True)
            ctx.exit(1)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "CLEANER"})
@click.version_option(__version__, prog_name="cleaner")
def main() -> None:
    """Turn scraped Chinese speeches into a clean, deduplicated corpus with an audit of every change."""


def _load(path: Path | None) -> Config:
    return load(path if path is not None else DEFAULT_CONFIG if DEFAULT_CONFIG.is_file() else None)


@main.command()
@click.argument("raw", type=click.Path(path_type=Path), default="data/raw")
@click.argument("out", type=click.Path(path_type=Path), default="data/clean")
@_config
@click.option("--engine", type=click.Choice(["local"]), default="local", show_default=True, help="Where kernels run.")
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
    raw: Path,
    out: Path,
    config_path: Path | None,
    engine: str,
    workers: int | None,
    sample: int | None,
    decisions_path: Path | None,
    learned: tuple[Path, ...],
    fresh: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Clean the files of RAW into OUT."""
    from cleaner import api
    from cleaner.summary import summary_lines

    described = api.run(
        raw, out, with_learned(_load(config_path), learned), workers=workers, sample=sample, decisions=decisions_path,
        fresh=fresh, progress=True,
    )  # fmt: skip
    if as_json:
        click.echo(json.dumps(described, ensure_ascii=False, indent=1))
    else:
        for line in summary_lines(described, raw, out):
            click.echo(line)
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
    """Mark the near-duplicates in a table of texts (Parquet, JSON lines, CSV, TSV; also compressed)."""
    from cleaner import dedupe as deduping
    from cleaner.dedup.batches import threads
    from cleaner.engines.local import Local
    from cleaner.progress import Progress

    described = deduping.dedupe(
        source, out, column, _load(config_path), Progress(),
        threshold=threshold, containment=containment, against=against, engine=Local(threads()),
    )  # fmt: skip
    if as_json:
        click.echo(json.dumps(described, ensure_ascii=False, indent=1))
    else:
        for line in deduping.summary_lines(described, out):
            click.echo(line)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@_config
@_json
def explain(file: Path, config_path: Path | None, as_json: bool) -> None:
    """Show what would be removed from FILE, or from FILE!member or FILE!row, and by which rule."""
    from cleaner import explanation

    cleaned = explanation.clean_file(file, _load(config_path))
    if as_json:
        shown = [explanation.as_json(one) for one in cleaned]
        click.echo(json.dumps(shown if len(shown) > 1 else shown[0], ensure_ascii=False, indent=1))
    else:
        for piece in (piece for one in cleaned for piece in explanation.as_text(one)):
            click.echo(piece, nl=False)


@main.command()
@click.argument("first", metavar="OUT1", type=click.Path(path_type=Path))
@click.argument("second", metavar="OUT2", type=click.Path(path_type=Path))
@_json
def diff(first: Path, second: Path, as_json: bool) -> None:
    """Show which speeches OUT2 gained, lost and changed beside OUT1, and by which rule."""
    from cleaner import changes

    found = changes.compare(first, second)
    if as_json:
        click.echo(json.dumps(changes.as_json(found), ensure_ascii=False, indent=1))
    else:
        for line in changes.as_lines(found):
            click.echo(line)


@main.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--source", default=None, help="Only this source.")
@click.option(
    "--to", "to", type=click.Path(path_type=Path), default=Path("restored"), show_default=True, help="Where to write."
)
def restore(out: Path, source: str | None, to: Path) -> None:
    """Rebuild the decoded sources of OUT from its tables."""
    from cleaner.restore import restore as rebuild

    click.echo(f"{rebuild(out, to, source)} sources restored below {to}")


@main.command()
@click.argument("out", type=click.Path(path_type=Path))
def verify(out: Path) -> None:
    """Check on a finished result every guarantee that it can show."""
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
    reporting.write(out, described, as_config(described["config"]))
    click.echo(out / "report" / "index.html")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
def init(folder: Path) -> None:
    """Write into FOLDER a commented cleaner.toml, packs for rules of your own, and JSON Schemas for editors."""
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
    """Judge the duplicates of OUT; the next run honours the verdicts."""
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
    """Show the rule packs and run their examples."""


@rules.command("list")
@click.argument("corpus", type=click.Path(path_type=Path), required=False)
@_config
@_json
def rules_list(corpus: Path | None, config_path: Path | None, as_json: bool) -> None:
    """Print every rule with its stage and why it is there.

    With CORPUS, a folder of raw files or a finished result: how often each rule fires in it, which rules never do, and
    which pairs of rules claim one span.
    """
    from cleaner import rulepack
    from cleaner.effects import shown

    config = _load(config_path)
    if corpus is None:
        listed = shown.rows(rulepack.chosen(config.rules))
        click.echo(json.dumps(listed, ensure_ascii=False, indent=1) if as_json else "\n".join(shown.lines(listed)))
        return
    from cleaner.effects import hits
    from cleaner.engines.local import Local

    found, pack = hits.count(corpus, config, Local(os.cpu_count() or 1))
    told = shown.told(found, pack)
    click.echo(json.dumps(told, ensure_ascii=False, indent=1) if as_json else "\n".join(shown.hit_lines(told)))


@rules.command("diff")
@click.argument("old")
@click.argument("new")
@click.argument("raw", type=click.Path(path_type=Path), default="data/raw")
@_config
@_json
def rules_diff(old: str, new: str, raw: Path, config_path: Path | None, as_json: bool) -> None:
    """Show what only one of two versions of the packs removes from the files of RAW.

    OLD and NEW are each `shipped`, a folder of packs that stands for itself, or a file that `cleaner rules suggest`
    wrote, which is read after the shipped packs.
    """
    from cleaner.effects import diff, shown
    from cleaner.engines.local import Local

    found = diff.compare(old, new, raw, _load(config_path), Local(os.cpu_count() or 1))
    if as_json:
        click.echo(json.dumps(shown.changes(found), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(shown.diff_lines(found)))


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
    """Propose rules for what repeats on a site's pages and is not said in its speeches.

    The result is a file for `cleaner run --learned`: read it first, and strike what you do not want.
    """
    from cleaner import suggest
    from cleaner.suggest.read import learn

    proposals = learn(raw, _load(config_path), least, one_site)
    written = suggest.as_json(proposals) if as_json else suggest.as_toml(proposals)
    if to is None:
        click.echo(written, nl=False)
    else:
        to.write_text(written, "utf-8")
        click.echo(f"{len(proposals)} rules in {to}")
