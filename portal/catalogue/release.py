"""Releases: one immutable, content-hashed version of the whole catalogue, and the difference between two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from portal.catalogue.canonical import compact, escape
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.checks import check
from portal.catalogue.documents import Source, from_bundle
from portal.catalogue.reading import read
from portal.errors import Finding, Problem, Refused, faults
from portal.values import Text

CATALOGUE_FAULTY: Final = Problem(
    "catalogue-faulty",
    422,
    Text(
        "目录有 {count} 处问题,不能发布。第一处:{first}",
        "The catalogue has {count} faults and cannot be published. First: {first}",
    ),
)


GONE: Final = object()


class FaultyCatalogue(Refused):
    """A catalogue that was refused, with everything that is wrong with it."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        first = findings[0]
        where = f"{first.file}#{first.pointer}"
        told = Text(f"{where} {first.message.zh}", f"{where} {first.message.en}")
        super().__init__(CATALOGUE_FAULTY, count=len(findings), first=told)


@dataclass(frozen=True, eq=False)
class Release:
    """A checked catalogue together with its documents, named by the SHA-256 of its canonical text."""

    id: str
    catalogue: Catalogue
    source: Source

    @property
    def bundle(self) -> str:
        """The text to store; `load` gives the same release back."""
        return self.source.canonical


def build(source: Source, reading_faults: tuple[Finding, ...] = ()) -> Release:
    """Check everything and build the release; raises FaultyCatalogue with every fault. Advice does not stop it."""
    found = faults((*reading_faults, *check(source)))
    if found:
        raise FaultyCatalogue(found)
    return Release(source.digest, read(source), source)


def load(bundle: str) -> Release:
    """A release from its stored text, without checking again: it was checked when it was published."""
    source, findings = from_bundle(bundle)
    if findings:
        raise FaultyCatalogue(findings)
    return Release(source.digest, read(source), source)


@dataclass(frozen=True)
class Change:
    """One difference between two catalogues, in a file at a pointer; what was not there is None."""

    file: str
    pointer: str
    kind: str
    before: Any
    after: Any

    @property
    def sentence(self) -> Text:
        place = f"{self.file}{'#' + self.pointer if self.pointer else ''}"
        if self.kind == "added":
            return Text(f"{place} 新增:{_short(self.after)}", f"{place} added: {_short(self.after)}")
        if self.kind == "removed":
            return Text(f"{place} 删除:{_short(self.before)}", f"{place} removed: {_short(self.before)}")
        change = f"{_short(self.before)} → {_short(self.after)}"
        return Text(f"{place} 修改:{change}", f"{place} changed: {change}")


def diff(before: Source, after: Source) -> tuple[Change, ...]:
    """Every change from one catalogue to another, by file and pointer; list entries are matched by their id."""
    changes: list[Change] = []
    for path in sorted({*before.documents, *after.documents}):
        old, new = before.documents.get(path), after.documents.get(path)
        if old is None or new is None:
            changes.append(Change(path, "", "added" if old is None else "removed", old, new))
        else:
            changes.extend(_differences(path, "", old, new))
    return tuple(changes)


def _differences(file: str, pointer: str, old: Any, new: Any) -> Iterator[Change]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _by_key(file, pointer, old, new)
    elif isinstance(old, list) and isinstance(new, list):
        names = entries_by_name(old), entries_by_name(new)
        if names[0] is not None and names[1] is not None:
            yield from _by_key(file, pointer, names[0], names[1])
        elif all(not isinstance(value, dict | list) for value in (*old, *new)):
            yield from _members(file, pointer, old, new)
        else:
            for index, (one, other) in enumerate(zip_longest(old, new, fillvalue=GONE)):
                yield from _entry(file, f"{pointer}/{index}", one, other)
    elif compact(old) != compact(new):
        yield Change(file, pointer, "changed", old, new)


def _by_key(file: str, pointer: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for key in [*old, *(key for key in new if key not in old)]:
        yield from _entry(file, f"{pointer}/{escape(key)}", old.get(key, GONE), new.get(key, GONE))


def _entry(file: str, pointer: str, old: Any, new: Any) -> Iterator[Change]:
    if old is GONE:
        yield Change(file, pointer, "added", None, new)
    elif new is GONE:
        yield Change(file, pointer, "removed", old, None)
    else:
        yield from _differences(file, pointer, old, new)


def _members(file: str, pointer: str, old: list[Any], new: list[Any]) -> Iterator[Change]:
    """Plain values: which came and which went; JSON texts are compared, because true is not 1."""
    was, now = [compact(value) for value in old], [compact(value) for value in new]
    gone = [value for value, text in zip(old, was, strict=True) if text not in now]
    come = [value for value, text in zip(new, now, strict=True) if text not in was]
    yield from (Change(file, pointer, "removed", value, None) for value in gone)
    yield from (Change(file, pointer, "added", None, value) for value in come)
    if not gone and not come and was != now:
        yield Change(file, pointer, "changed", old, new)


def entries_by_name(entries: list[Any]) -> dict[str, Any] | None:
    """The entries by their own name, when all have one and none twice; else None: they are matched by position."""
    for name in ("id", "code", "slug", "from", "scope"):
        keys = [entry.get(name) if isinstance(entry, dict) else None for entry in entries]
        if entries and all(isinstance(key, str) for key in keys) and len(set(keys)) == len(keys):
            return {str(key): entry for key, entry in zip(keys, entries, strict=True)}
    return None if entries else {}


def _short(value: Any) -> str:
    if isinstance(value, dict) and isinstance(value.get("title"), dict):
        return str(value["title"].get("zh", ""))
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "…"
