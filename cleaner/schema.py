"""Which JSON Schema do `cleaner.toml` and a rule pack have?

In: the settings (`config.py`) and the keys of a rule (`rulepack.py`). Out: two schemas, for editors that complete and
check TOML while it is written. What always holds: what a schema refuses the loader refuses. The loader refuses more:
what a schema cannot say stands in docs/how-to/editor.md, and a test holds both against one set of bad files.

Draft 4, because TOML tells 50 from 50.0 and later drafts do not.
"""

import dataclasses
import json
from typing import Any, get_args, get_origin

from cleaner.config import Config
from cleaner.packfile import KEYS, REQUIRED
from cleaner.rule import Rule

_DRAFT = "http://json-schema.org/draft-04/schema#"
_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array"}
_LINE = {"not": {"pattern": "[\\n\\r\\ufdd0]"}}
"""Text on one line, without the program's own mark."""


def config_schema() -> dict[str, Any]:
    """Return the schema of `cleaner.toml`."""
    tables = {}
    for section in dataclasses.fields(Config):
        defaults = getattr(Config(), section.name)
        keys = {key.name: _setting(key) for key in dataclasses.fields(defaults)}
        tables[section.name] = _table(keys) | {"description": type(defaults).__doc__}
    return {"$schema": _DRAFT, "title": "Settings of cleaner"} | _table(tables)


def rules_schema() -> dict[str, Any]:
    """Return the schema of a rule pack."""
    meanings = rule_meanings()
    keys = {name: _rule_key(name) | {"description": meanings[name]} for name in KEYS}
    rule = _table(keys) | {"required": list(REQUIRED)}
    pack = _table({"rule": {"type": "array", "items": rule, "description": "One family of junk."}})
    return {"$schema": _DRAFT, "title": "A rule pack of cleaner"} | pack


SCHEMAS = {"config": config_schema, "rules": rules_schema}


def as_text(name: str) -> str:
    """Return the schema `config` or `rules` as the text of a JSON file."""
    return json.dumps(SCHEMAS[name](), ensure_ascii=False, indent=1) + "\n"


def rule_meanings() -> dict[str, str]:
    """Return what each key of a rule means, as the docstring of `Rule` says."""
    lines = (Rule.__doc__ or "").partition("Args:")[2].strip().splitlines()
    return dict(line.strip().split(": ", 1) for line in lines if ": " in line)


def _table(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _setting(key: "dataclasses.Field[Any]") -> dict[str, Any]:
    """Return the schema of one setting, from its type and limits."""
    many = get_origin(key.type) is tuple
    kind: Any = get_args(key.type)[0] if many else key.type
    value: dict[str, Any] = {"type": _TYPES[kind]} | (_LINE if kind is str else {})
    for limit, name in (("among", "enum"), ("low", "minimum"), ("high", "maximum")):
        if (found := key.metadata[limit]) not in (None, ()):
            value[name] = list(found) if limit == "among" else found
    shown = {"type": "array", "items": value} if many else value
    default: Any = key.default
    return shown | {"default": list(default) if many else default, "description": key.metadata["meaning"]}


def _rule_key(name: str) -> dict[str, Any]:
    """Return the schema of one key of a rule."""
    key = KEYS[name]
    if key.kind is list:
        text = {"type": "string", "minLength": 1}
        many = {"type": "array", "items": text, "minItems": key.least}
        return {"anyOf": [text, many]} if name == "unless" else many
    if key.among:
        return {"type": "string", "enum": list(key.among)}
    if key.kind is str:
        return {"type": "string", "minLength": 1, "pattern": f"^(?:{key.pattern})$"}
    return {"type": _TYPES[key.kind]} | ({"minimum": key.least} if key.kind is int else {})
