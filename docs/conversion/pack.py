"""The domain pack as read: its files, its items by slug, and texts in both languages."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

TABLES = Path(__file__).parent / "tables"


def table(name: str) -> Any:
    """One data table of corrections or translations."""
    return json.loads((TABLES / f"{name}.json").read_text("utf-8"))


@dataclass
class Texts:
    """Chinese texts with their English: from the pack where it has one, else from our table; gaps are reported."""

    english: dict[str, str]
    gaps: set[str] = field(default_factory=set)

    def of(self, zh: str, en: str | None = None) -> dict[str, str]:
        zh = str(zh).strip()
        found = self.english.get(zh) or en
        if not found:
            self.gaps.add(zh)
        return {"zh": zh, "en": str(found or zh)}


@dataclass
class Pack:
    """Everything the converter reads."""

    items: dict[str, Any]
    fields: dict[str, Any]
    verification: dict[str, Any]
    regions: dict[str, Any]
    texts: Texts

    @property
    def slugs(self) -> dict[str, str]:
        return {item["code"]: item["slug"] for item in self.items["items"]}


def read(folder: Path) -> Pack:
    """Read the pack from its folder."""

    def load(name: str) -> Any:
        return yaml.safe_load((folder / f"{name}.yaml").read_text("utf-8"))

    english: dict[str, str] = {}
    for path in sorted(TABLES.glob("en_*.json")):
        english.update(json.loads(path.read_text("utf-8")))
    return Pack(load("items"), load("fields"), load("verification"), load("regions"), Texts(english))
