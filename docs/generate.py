"""Which pages of the documentation are written from the code? Run `python -m docs.generate` after a change of them.

`tests/test_docs.py` compares the pages with what this gives. `docs/figures.py` draws the figures in the same way.
"""

import dataclasses
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

import cleaner
from cleaner import cli, config, schema
from cleaner.dedupe.write import ADDED
from cleaner.dedupe.write import PRIOR as PRIOR_COLUMN
from cleaner.filters.kinds import KINDS
from cleaner.store import schemas

HERE = Path(__file__).parent
NOTE = "<!-- Written by `python -m docs.generate`; change the code, not this page. -->\n"
SETTINGS = """`cleaner run` reads `./cleaner.toml`, or the file of `--config`. Every key is optional; a key that is not
listed here is an error that names its line. [Editors](../how-to/editor.md) can complete and check the file.
"""
COMMANDS = """stdout carries results, stderr progress and errors. Exit codes: 0 fine; 1 the run failed; 2 the caller's
input is wrong; 3 with `--strict`, something was set aside; 130 Ctrl-C. An error is one line: where, what was found,
what was expected, what to do; a misspelt option shows the usage. An option may stand in the environment under the name
in the last column; what is typed counts more.
"""
COMPLETION = """## Completion

The shell completes commands and options once it has read:

```sh
_CLEANER_COMPLETE=bash_source cleaner > cleaner-complete.bash
source cleaner-complete.bash
```

For zsh and fish: `zsh_source`, `fish_source`. Put the file where your shell reads it.
"""
TABLES = """Each table is a folder of Parquet files below OUT, zstd, sorted by its key. pandas, Polars, DuckDB and Spark
open the folders [as they are](../how-to/other-tools.md). Schema version {version}; offsets are half-open code points of
the decoded source.
"""
DEDUPE = """## Tables of `cleaner dedupe`

`texts` has every row and column of the input and those below; `kept` has the rows that stay, as they were; `pairs` is
as above, with rows as `a` and `b`.

| column | type | meaning |
|---|---|---|"""
DEDUPE_MEANINGS = {
    "row": "place in the input, from 0",
    "cluster_id": "the row that stays for the cluster; null if nothing duplicates it",
    "kept": "whether the row stays",
    "kept_row": "the row it yields to; null if it stays or yields to an earlier corpus",
    "similarity": "with the text it yields to; exact",
    "prior": "the text of `--against` that it yields to: its id, or its row there",
}
LIBRARY = """`import cleaner` costs nothing until a function is called. Every function raises a subclass of
`cleaner.errors.CleanerError` whose text says where, what was found, what was expected and what to do. Without a config
the defaults count. How to use them on a frame: [From Python](../how-to/python.md).
"""


def config_page() -> str:
    """Return the page of all settings."""
    out = [NOTE, "# Settings\n", SETTINGS]
    for section in dataclasses.fields(config.Config):
        defaults = getattr(config.Config(), section.name)
        out += [f"## [{section.name}]\n", f"{type(defaults).__doc__}\n"]
        out += ["| key | default | allowed | meaning |", "|---|---|---|---|"]
        for key in dataclasses.fields(defaults):
            default = config.shown(getattr(defaults, key.name))
            meaning = key.metadata["meaning"].replace("|", "or")
            out.append(f"| `{key.name}` | `{default}` | {_allowed(key)} | {meaning} |")
        out.append("")
    return "\n".join(out).rstrip() + "\n"


def _allowed(key: "dataclasses.Field[Any]") -> str:
    """Return which values a setting takes, as its schema says it."""
    low, high = key.metadata["low"], key.metadata["high"]
    if low is not None:
        return f"{low} or more" if high is None else f"{low} to {high}"
    kind = str(getattr(key.type, "__name__", key.type))
    words = {"str": "text", "bool": "`true`, `false`", "tuple": "a list of text"}[kind]
    return ", ".join(f'`"{value}"`' for value in key.metadata["among"]) or words


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
            meaning = field.metadata[b"meaning"].decode().replace("|", "or").replace("<", "\\<")
            out.append(f"| `{field.name}` | {str(field.type).replace('<', chr(92) + '<')} | {meaning} |")
        out.append("")
    out += [DEDUPE, *(f"| `{name}` | {kind} | {DEDUPE_MEANINGS[name]} |" for name, kind in (*ADDED, PRIOR_COLUMN)), ""]
    out += ["## Kinds of placeholders\n", ", ".join(f"`{kind}`" for kind in KINDS) + ".\n"]
    out += [
        "## Rules that are code\n",
        "`edits.rule` names a rule of a [pack](rules.md), one of these, or for lines below a",
    ]
    out += ["line that opens a list `<rule>-list`.\n", "| rule | why |", "|---|---|"]
    out += [*(f"| `{rule}` | {why} |" for rule, why in schemas.CODED_RULES.items()), ""]
    out += ["## Flags of `sources` and `speeches`\n", "| flag | what it says |", "|---|---|"]
    out += [*(f"| `{flag}` | {says} |" for flag, says in schemas.FLAGS.items()), ""]
    out += ["## Reason codes of `rejected`\n", "| reason | what it says |", "|---|---|"]
    out += [f"| `{reason}` | {says} |" for reason, says in schemas.REASONS.items()]
    return "\n".join(out) + "\n"


def rule_fields() -> str:
    """Return the table of a rule's fields, for docs/reference/rules.md."""
    rows = schema.rule_meanings().items()
    shown = [f"| `{name}` | {meaning} |" for name, meaning in rows if name not in ("stage", "file")]
    return "\n".join(["| field | meaning |", "|---|---|", *shown])


def commands_page() -> str:
    """Return the page of all commands and their options."""
    out = [NOTE, "# Commands\n", COMMANDS]
    for path, command in commands("cleaner", cli.main):
        with click.Context(command, info_name=path, help_option_names=["-h", "--help"]) as context:
            usage = " ".join(command.collect_usage_pieces(context))
            out += [f"## {path}\n", f"`{path} {usage}`\n", f"{inspect.cleandoc(command.help or '')}\n"]
            rows = []
            for option in command.get_params(context):
                if isinstance(option, click.Option) and (record := option.get_help_record(context)):
                    in_env = f"`{variable(path, option)}`" if option in command.params else ""
                    rows.append((record[0].replace("|", "\\|"), record[1], in_env))
            out += ["| option | meaning | environment |", "|---|---|---|"]
            out += [f"| `{name}` | {meaning} | {env} |" for name, meaning, env in rows]
            out.append("")
    return "\n".join([*out, COMPLETION])


def variable(path: str, option: click.Parameter) -> str:
    """Return the name that the option of a command has in the environment."""
    return f"{path} {option.opts[-1].lstrip('-')}".upper().replace(" ", "_").replace("-", "_")


def commands(path: str, group: click.Group) -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, with its whole name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(f"{path} {name}", command)
        else:
            yield f"{path} {name}", command


def library_page() -> str:
    """Return the page of the functions of `import cleaner`."""
    out = [NOTE, "# Library\n", LIBRARY]
    for name in cleaner.__all__[1:]:
        function = getattr(cleaner, name)
        signature = re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(inspect.signature(function)))
        signature = re.sub(r"(?:cleaner\.config|pathlib|typing)\.", "", signature)
        out += [f"## {name}\n", "```text", f"cleaner.{name}{signature}", "```\n"]
        text = inspect.getdoc(function) or ""
        first, _, rest = text.partition("\n")
        out += [first + "\n", "```text", rest.strip("\n"), "```\n"]
    return "\n".join(out).rstrip() + "\n"


PAGES = {
    "reference/commands.md": commands_page,
    "reference/config.md": config_page,
    "reference/tables.md": tables_page,
    "reference/library.md": library_page,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), "utf-8")
