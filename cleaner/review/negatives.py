"""How does a removal that a person calls wrong become an example for the rule that made it?

In: a row of `edits` and the text it stands in. Out: one more `[[negative]]` table at the end of a TOML file beside the
decisions: `keeps` holds the lines that the rule must spare, as a rule's own `keeps` wants them. What always holds: the
file is only appended to, in one write, and every table in it can be read by any TOML reader.
"""

import json
import os
import tomllib
from pathlib import Path
from typing import Any

from cleaner.errors import DecisionError, said

KEYS = ("rule", "stage", "source", "start", "end", "removed", "keeps", "who", "when")


def negative(edit: dict[str, Any], text: str, who: str, when: str) -> dict[str, Any]:
    r"""Return the table for `edit`, a row of `edits` whose source is `text`.

    >>> text = "讲话\n备案工作要抓紧\n谢谢\n"          # "speech", "hurry with the filing of records", "thanks"
    >>> edit = dict(rule="icp-record", stage="footer", source="a.txt", start=3, end=10, removed=text[3:10])
    >>> negative(edit, text, "li", "2026-01-31T08:00:00Z")["keeps"]
    ['备案工作要抓紧']
    """
    removed = edit["removed"]
    inside = removed.strip()
    start = edit["start"] + removed.find(inside)
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start + len(inside))
    lines = text[first : last if last >= 0 else len(text)].split("\n")
    said = {key: edit[key] for key in KEYS[:6]}
    return said | {"keeps": [line.strip() for line in lines if line.strip()], "who": who, "when": when}


def read(path: Path) -> list[dict[str, Any]]:
    """Return the tables of the file; none if it is not there.

    Raises:
        DecisionError: the file is not TOML.
    """
    try:
        return list(tomllib.loads(path.read_text("utf-8")).get("negative", []))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise DecisionError(path, said(error), "negative examples in TOML", "correct the file") from None


def append(path: Path, table: dict[str, Any]) -> None:
    """Add `table` to the file, which is made if need be; it is on the disk on return.

    Raises:
        DecisionError: the file cannot be written.
    """
    lines = ["", "[[negative]]", *(f"{key} = {_value(table[key])}" for key in KEYS), ""]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(handle, "\n".join(lines).encode())
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise DecisionError(path, said(error), "a file that may be written", "give another --decisions") from None


def _value(value: str | int | list[str]) -> str:
    """Return a value as TOML: JSON, but for U+007F, which TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
