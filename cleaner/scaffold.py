"""What does a person find in a folder where the work begins?

In: a folder. Out: a `cleaner.toml` with every key as a comment, packs of one's own that extend the shipped ones, and
the JSON Schemas that editors read. What always holds: nothing that stands there is changed; the new files, untouched,
give exactly what a run without them gives.
"""

import dataclasses
from pathlib import Path

from cleaner import config, schema
from cleaner.errors import InputError, said

PACKS = "rules"
_SCHEMA_FILES = {"config": "schemas/cleaner.json", "rules": "schemas/rules.json"}

_HEAD = """\
#:schema {schema}
# Settings of cleaner; `cleaner run` reads them from the folder it is started in. A line without `# ` in front counts;
# the others show the defaults.
"""

_PACK = """\
#:schema ../../{schema}
# Rules of your own for the stage `{stage}`: {what}.
# A rule with the id of a shipped one takes its place; `cleaner rules list` shows the ids, `cleaner rules test` runs the
# examples. Take the `# ` away to begin:
#
{rule}"""

_EXAMPLES = {
    "footer": (
        "a whole line at the foot of a speech",
        """\
[[rule]]
id = "own-editors-line"
why = "The line that the editors of one site put below every speech."
pattern = '''本文由.{2,12}(?:网|站)编辑部整理.{0,20}'''
removes = ["本文由某某范文网编辑部整理，欢迎收藏"] # "put in order by the editors of …"
keeps = ["本文由三个部分组成。"] # "this text has three parts"
""",
    ),
    "inline": (
        "a span inside a line; the sentence is joined again",
        """\
[[rule]]
id = "own-watermark"
why = "A site's name that it puts into sentences."
pattern = '''【某某文秘网首发】'''
removes = ["要坚持⟦【某某文秘网首发】⟧问题导向。"] # the marked part goes
keeps = ["要坚持【问题】导向。"]
""",
    ),
}


def write(folder: Path) -> list[Path]:
    """Write the files below `folder` and return them in the order in which a reader wants them.

    Raises:
        InputError: one of them is there already, or the folder cannot be written.
    """
    files = {"cleaner.toml": settings()}
    files |= {f"{PACKS}/{stage}/own.toml": pack(stage) for stage in _EXAMPLES}
    files |= {name: schema.as_text(kind) for kind, name in _SCHEMA_FILES.items()}
    if taken := [name for name in ("cleaner.toml", PACKS, *_SCHEMA_FILES.values()) if (folder / name).exists()]:
        raise InputError(folder, f"{taken[0]} that is there already", "a folder without it", "give another folder")
    try:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    except OSError as error:
        raise InputError(folder, said(error), "a folder that may be written", "give another folder") from None
    return [folder / name for name in files]


def settings() -> str:
    """Return the text of a `cleaner.toml` in which only `rules.packs` counts."""
    lines = []
    for line in config.as_toml().splitlines()[1:]:
        is_key = line[:1] not in ("", "[", "#")
        lines.append(f"# {line}" if is_key else line)
    shown = "\n".join(lines) + "\n"
    meaning = next(key for key in dataclasses.fields(config.Rules) if key.name == "packs").metadata["meaning"]
    default = next(line for line in lines if line.startswith("# packs ="))
    chosen = f'packs = ["{PACKS}"]'
    return _HEAD.format(schema=_SCHEMA_FILES["config"]) + shown.replace(default, f"{chosen:<32} # {meaning}")


def pack(stage: str) -> str:
    """Return the text of a pack of one's own: an example of a rule as a comment."""
    what, rule = _EXAMPLES[stage]
    shown = "".join(f"# {line}\n" for line in rule.splitlines())
    return _PACK.format(schema=_SCHEMA_FILES["rules"], stage=stage, what=what, rule=shown)
