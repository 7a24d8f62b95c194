"""Which pages of the documentation are written from the code? Run `python -m docs.generate` after a change of them.

`tests/test_docs.py` compares the pages with what this gives.
"""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import click

from cleaner import cli, config
from cleaner.filters.kinds import KINDS
from cleaner.matching import Rule
from cleaner.store import schemas

HERE = Path(__file__).parent
NOTE = "<!-- Written by `python -m docs.generate`; change the code, not this page. -->\n"
SETTINGS = """`cleaner run` reads `./cleaner.toml`, or the file of `--config`. Every key is optional; a key that is not
listed here is an error that names its line.
"""
COMMANDS = """stdout carries results, stderr progress and errors. Exit codes: 0 fine; 1 the run failed; 2 the caller's
input is wrong, said in one line; 3 with `--strict`, something was set aside.
"""
TABLES = """Each table is a folder of Parquet files below OUT, zstd, sorted by its key. pandas, Polars, DuckDB and Spark
open the folders as they are. Schema version {version}; offsets are half-open code points of the decoded source.
"""


def config_page() -> str:
    """Return the page of all settings."""
    out = [NOTE, "# Settings\n", SETTINGS]
    for section in dataclasses.fields(config.Config):
        defaults = getattr(config.Config(), section.name)
        out += [f"## [{section.name}]\n", f"{type(defaults).__doc__}\n", "| key | default | meaning |", "|---|---|---|"]
        for key in dataclasses.fields(defaults):
            value = getattr(defaults, key.name)
            shown = list(value) if isinstance(value, tuple) else value
            out.append(f"| `{key.name}` | `{shown}` | {key.metadata['meaning'].replace('|', 'or')} |")
        out.append("")
    return "\n".join(out).rstrip() + "\n"


def tables_page() -> str:
    """Return the page of all tables, their columns and the reason codes."""
    out = [NOTE, "# Tables\n", TABLES.format(version=schemas.SCHEMA_VERSION)]
    for table in (*schemas.TABLES, schemas.signatures(128, 1, 5)):
        out += [
            f"## {table.name}\n",
            f"Sorted by {', '.join(f'`{key}`' for key in table.key)}.\n",
            "| column | type | meaning |",
            "|---|---|---|",
        ]
        for field in table.schema:
            meaning = field.metadata[b"meaning"].decode().replace("|", "or")
            out.append(f"| `{field.name}` | {field.type} | {meaning} |")
        out.append("")
    out += ["## Kinds of placeholders\n", ", ".join(f"`{kind}`" for kind in KINDS) + ".\n"]
    out += ["## Reason codes of `rejected`\n", "| reason | what it says |", "|---|---|"]
    out += [f"| `{reason}` | {says} |" for reason, says in schemas.REASONS.items()]
    return "\n".join(out) + "\n"


def rule_fields() -> str:
    """Return the table of a rule's fields, for docs/rules.md."""
    assert Rule.__doc__ is not None
    lines = Rule.__doc__.split("Args:")[1].strip().splitlines()
    rows = [line.strip().split(": ", 1) for line in lines]
    return "\n".join(
        [
            "| field | meaning |",
            "|---|---|",
            *(f"| `{name}` | {meaning} |" for name, meaning in rows if name not in ("stage", "file")),
        ]
    )


def commands_page() -> str:
    """Return the page of all commands and their options."""
    out = [NOTE, "# Commands\n", COMMANDS]
    for path, command in _commands("cleaner", cli.main):
        with click.Context(command, info_name=path, help_option_names=["-h", "--help"]) as context:
            usage = " ".join(command.collect_usage_pieces(context))
            out += [f"## {path}\n", f"`{path} {usage}`\n", f"{command.help}\n"]
            options = [record for option in command.get_params(context) if (record := option.get_help_record(context))]
            out += [
                "| option | meaning |",
                "|---|---|",
                *(f"| `{name}` | {meaning} |" for name, meaning in options),
                "",
            ]
    return "\n".join(out).rstrip() + "\n"


def _commands(path: str, group: click.Group) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(f"{path} {name}", command)
        else:
            yield f"{path} {name}", command


PAGES = {"commands.md": commands_page, "config.md": config_page, "tables.md": tables_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), "utf-8")
