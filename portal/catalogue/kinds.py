"""The kinds of document a catalogue is made of: where each lives, what it is called, which meta-schema describes it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from portal.catalogue.canonical import AS_WRITTEN, KeyOrder


@dataclass(frozen=True)
class Kind:
    """One kind of document. `pattern` is its path; `name` groups what a directory such as items/ holds."""

    name: str
    pattern: str
    required: bool = False

    @property
    def meta(self) -> str:
        return f"{self.name}.schema.json"

    def matches(self, path: str) -> re.Match[str] | None:
        return re.fullmatch(re.escape(self.pattern).replace(r"\*", r"([a-z0-9][a-z0-9_]*)"), path)


KINDS = (
    Kind("questions", "form_schemas/questions/*.json", required=True),
    Kind("codes", "form_schemas/codes/*.json"),
    Kind("derived", "form_schemas/derived.json"),
    Kind("parameters", "form_schemas/parameters.json", required=True),
    Kind("statuses", "form_schemas/statuses.json", required=True),
    Kind("exclusions", "form_schemas/exclusions.json", required=True),
    Kind("departments", "form_schemas/departments.json", required=True),
    Kind("roles", "form_schemas/roles.json", required=True),
    Kind("documents", "form_schemas/documents.json", required=True),
    Kind("comparisons", "form_schemas/comparisons.json", required=True),
    Kind("application", "form_schemas/application.json", required=True),
    Kind("home_visit", "form_schemas/home_visit.json", required=True),
    Kind("items", "form_schemas/items/*.json", required=True),
    Kind("registers", "form_schemas/registers/*.json"),
    Kind("examples", "form_schemas/examples/*.json"),
    Kind("regions", "form_schemas/regions.json"),
    Kind("bundles", "form_schemas/bundles.json"),
    Kind("workflow", "workflows/*.json", required=True),
    Kind("calendar", "workflows/calendars/*.json"),
)
KIND_BY_NAME = {kind.name: kind for kind in KINDS}
META_ADDRESS = "https://portal.invalid/meta/"


def kind_of(path: str) -> Kind | None:
    """Which kind a file is by where it lies; None for a file the catalogue does not know."""
    return next((kind for kind in KINDS if kind.matches(path)), None)


def packaged_root() -> Path:
    """Where the catalogue that comes with the software lies: beside the package in a checkout, in the wheel's data."""
    beside = Path(__file__).resolve().parents[2]
    wheel = beside / "portal_data"
    return wheel if (wheel / "form_schemas").is_dir() else beside


@cache
def meta_schemas() -> dict[str, dict[str, Any]]:
    """The meta-schemas by file name. They are the dialect of this software, never part of a catalogue."""
    folder = packaged_root() / "form_schemas" / "meta"
    return {path.name: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.schema.json"))}


@cache
def key_order(kind: str) -> KeyOrder:
    """The canonical key order of a kind: the order in which its meta-schema lists the properties."""
    schemas = meta_schemas()
    name = f"{kind}.schema.json"
    return _order(schemas[name], name, ()) if name in schemas else AS_WRITTEN


def _order(schema: dict[str, Any], home: str, seen: tuple[str, ...]) -> KeyOrder:
    reference = schema.get("$ref")
    if reference:
        target, file = _resolve(reference, home)
        mark = f"{file}#{reference}"
        return AS_WRITTEN if mark in seen else _order(target, file, (*seen, mark))
    properties: dict[str, Any] = schema.get("properties", {})
    items = schema.get("items")
    inside = {key: _order(sub, home, seen) for key, sub in properties.items() if isinstance(sub, dict)}
    for branch in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
        other = _order(branch, home, seen)
        properties = {**properties, **dict.fromkeys(other.keys)}
        inside = {**other.inside, **inside}
        items = items or branch.get("items")
    elements = _order(items, home, seen) if isinstance(items, dict) else None
    return KeyOrder(tuple(properties), inside, elements)


def _resolve(reference: str, home: str) -> tuple[dict[str, Any], str]:
    file, _, fragment = reference.partition("#")
    name = file.rsplit("/", 1)[-1] or home
    node: Any = meta_schemas()[name]
    for token in fragment.strip("/").split("/") if fragment.strip("/") else ():
        node = node[token]
    return node, name
