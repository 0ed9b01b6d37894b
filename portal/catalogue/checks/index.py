"""Every name a catalogue defines, collected before anything is checked, so that one broken file is one finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.catalogue.canonical import escape
from portal.catalogue.documents import Source
from portal.errors import Finding
from portal.values import Text, nearest


@dataclass(frozen=True)
class Place:
    """Where something stands: its file and the JSON pointer in it."""

    file: str
    pointer: str = ""

    def __truediv__(self, part: str | int) -> Place:
        return Place(self.file, f"{self.pointer}/{escape(str(part))}")

    def finding(self, zh: str, en: str, suggestion: Text | None = None) -> Finding:
        return Finding(self.file, self.pointer, Text(zh, en), suggestion)


@dataclass(frozen=True)
class AskedQuestion:
    """What the checks need to know about a question of the bank."""

    id: str
    type: str
    group: str
    forms: tuple[str, ...]
    prefill: Mapping[str, Any]
    codes: str | None
    place: Place


@dataclass
class Index:
    """Names by kind. Names of damaged documents count as known: their own fault is reported once, not at every use."""

    questions: dict[str, AskedQuestion] = field(default_factory=dict)
    names: dict[str, dict[str, Place]] = field(default_factory=dict)
    repeated: list[Finding] = field(default_factory=list)

    def known(self, what: str) -> dict[str, Place]:
        return self.names.setdefault(what, {})

    def define(self, what: str, name: Any, place: Place) -> None:
        """Register a name; a second definition of the same name is a fault."""
        if not isinstance(name, str):
            return
        first = self.known(what).setdefault(name, place)
        if first is not place:
            where = f"{first.file}#{first.pointer}"
            self.repeated.append(
                place.finding(f"“{name}”已在 {where} 定义过。", f"{name!r} is already defined at {where}.")
            )


KIND_WORDS: dict[str, tuple[str, str]] = {
    "question": ("问题", "question"),
    "codes": ("代码表", "code list"),
    "derived": ("推算值", "derived value"),
    "parameter": ("参数", "parameter"),
    "status": ("身份认定", "recognition"),
    "department": ("部门", "department"),
    "document": ("材料", "paper"),
    "comparison": ("比对", "comparison"),
    "workflow": ("流程", "workflow"),
    "item": ("事项", "item"),
    "role": ("岗位", "role"),
    "region": ("区划", "region"),
    "section": ("栏目", "section"),
    "register": ("台账", "register"),
}


def entries(document: Any, key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The objects of a list in a document, with their positions; anything else is passed over."""
    listed = document.get(key) if isinstance(document, dict) else None
    for position, entry in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(entry, dict):
            yield position, entry


LISTS = (
    ("derived", "derived", "id", "derived"),
    ("parameters", "parameters", "id", "parameter"),
    ("statuses", "statuses", "id", "status"),
    ("departments", "departments", "code", "department"),
    ("roles", "roles", "id", "role"),
    ("documents", "documents", "id", "document"),
    ("comparisons", "comparisons", "code", "comparison"),
)
SINGLES = (
    ("questions", "section", "section"),
    ("codes", "id", "codes"),
    ("items", "slug", "item"),
    ("registers", "slug", "register"),
    ("workflow", "workflow", "workflow"),
)


def index_of(source: Source) -> Index:
    """Collect every definition of a catalogue."""
    index = Index()
    for kind, key, name, what in LISTS:
        for path, document in source.of_kind(kind):
            for position, entry in entries(document, key):
                index.define(what, entry.get(name), Place(path) / key / position / name)
    for kind, name, what in SINGLES:
        for path, document in source.of_kind(kind):
            if isinstance(document, dict):
                index.define(what, document.get(name), Place(path) / name)
    _define_regions(source, index)
    for path, document in source.of_kind("questions"):
        for position, question in entries(document, "questions"):
            _define_question(index, document, question, Place(path) / "questions" / position)
    return index


def _define_regions(source: Source, index: Index) -> None:
    """The same code may stand twice with different dates: townships have moved between districts."""
    for path, document in source.of_kind("regions"):
        for position, region in entries(document, "regions"):
            if isinstance(region.get("code"), str):
                index.known("region").setdefault(region["code"], Place(path) / "regions" / position)


def _define_question(index: Index, section: Mapping[str, Any], question: Mapping[str, Any], place: Place) -> None:
    name = question.get("id")
    index.define("question", name, place / "id")
    if not isinstance(name, str):
        return
    forms, prefill, codes = question.get("forms"), question.get("prefill"), question.get("codes")
    index.questions.setdefault(
        name,
        AskedQuestion(
            id=name,
            type=str(question.get("type")),
            group=str(section.get("group")),
            forms=tuple(str(form) for form in forms) if isinstance(forms, list) else (),
            prefill=prefill if isinstance(prefill, dict) else {},
            codes=codes if isinstance(codes, str) else None,
            place=place,
        ),
    )


def did_you_mean(word: str, known: Iterable[str]) -> Text | None:
    hit = nearest(word, known)
    return Text(f"是否应为“{hit}”?", f"Did you mean {hit!r}?") if hit else None
