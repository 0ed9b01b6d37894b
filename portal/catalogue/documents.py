"""A catalogue as its documents: read from a directory or from one bundle, written back byte for byte the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from portal.catalogue.canonical import MAX_BYTES, KeyOrder, compact, dumps, loads, ordered
from portal.catalogue.kinds import KIND_BY_NAME, KINDS, key_order, kind_of, packaged_root
from portal.errors import Finding
from portal.values import Text, nearest

MAX_FILES = 5_000
MAX_TOTAL_BYTES = 64_000_000


@dataclass(frozen=True)
class Source:
    """All documents of a catalogue by path (`form_schemas/items/dibao.json`), before anything is believed of them."""

    documents: Mapping[str, Any]

    @cached_property
    def canonical(self) -> str:
        """The one text of this catalogue: paths sorted, every document in its canonical key order."""
        bundle = {path: ordered(self.documents[path], _order_of(path)) for path in sorted(self.documents)}
        return compact(bundle)

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.canonical.encode("utf-8")).hexdigest()

    def text(self, path: str) -> str:
        """One document as its file is written."""
        return dumps(self.documents[path], _order_of(path))

    def of_kind(self, kind: str) -> Iterator[tuple[str, Any]]:
        """Path and document of every document of a kind, in path order."""
        for path in self._by_kind.get(kind, ()):
            yield path, self.documents[path]

    @cached_property
    def _by_kind(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in sorted(self.documents):
            kind = kind_of(path)
            if kind:
                found.setdefault(kind.name, []).append(path)
        return found

    def one(self, kind: str) -> Any:
        """The only document of a kind such as parameters, or an empty object."""
        return self.documents.get(KIND_BY_NAME[kind].pattern, {})

    def keep(self, paths: set[str]) -> Source:
        return Source({path: document for path, document in self.documents.items() if path in paths})

    def replace(self, changes: Mapping[str, Any]) -> Source:
        """A copy with some documents replaced or added and, where the change is None, removed."""
        documents = {**self.documents, **changes}
        return Source({path: document for path, document in documents.items() if document is not None})


def _order_of(path: str) -> KeyOrder:
    kind = kind_of(path)
    return key_order(kind.name if kind else "")


def from_bundle(text: str, name: str = "bundle") -> tuple[Source, tuple[Finding, ...]]:
    """The documents of a stored release."""
    document, findings = loads_bundle(text, name)
    return Source(document if isinstance(document, dict) else {}), findings


def loads_bundle(text: str, name: str) -> tuple[Any, tuple[Finding, ...]]:
    """A stored bundle was checked when it was published and is named by its hash, so only its JSON is read again."""
    try:
        return json.loads(text), ()
    except ValueError as error:
        return None, (Finding(name, "", Text(f"发布包无法读取:{error}", f"The bundle cannot be read: {error}")),)


def folders(root: Path) -> tuple[Path, Path]:
    """Where form_schemas and workflows lie: the project, a catalogue directory or form_schemas itself may be named."""
    if (root / "form_schemas").is_dir():
        return root / "form_schemas", root / "workflows"
    if (root / "items").is_dir() and not (root / "workflows").is_dir():
        return root, root.parent / "workflows"
    return root, root / "workflows"


def read_directory(root: Path | None = None) -> tuple[Source, tuple[Finding, ...]]:
    """Read every document under a directory (the packaged catalogue when none is named); faults are findings."""
    top = root or packaged_root()
    if not top.is_dir():
        missing = Text(f"目录不存在:{top}", f"There is no directory {top}.")
        return Source({}), (Finding(str(top), "", missing),)
    documents: dict[str, Any] = {}
    findings: list[Finding] = []
    total = 0
    for count, (name, path) in enumerate(_files(top)):
        size = path.stat().st_size
        total += size
        if count >= MAX_FILES or total > MAX_TOTAL_BYTES or size > MAX_BYTES:
            findings.append(
                Finding(name, "", Text("文件过大或过多,未读取。", "Too large or too many files; not read."))
            )
            continue
        if kind_of(name) is None:
            findings.append(_unknown_file(name))
            continue
        document, faults = loads(path.read_bytes(), name)
        findings.extend(faults)
        if not faults:
            documents[name] = document
    return Source(documents), tuple(findings)


def _files(top: Path) -> Iterator[tuple[str, Path]]:
    for label, folder in zip(("form_schemas", "workflows"), folders(top), strict=True):
        for path in sorted(folder.rglob("*.json")) if folder.is_dir() else ():
            name = f"{label}/{path.relative_to(folder).as_posix()}"
            hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
            if not hidden and not name.startswith(("form_schemas/meta/", "form_schemas/workflows/")):
                yield name, path


def _unknown_file(name: str) -> Finding:
    hint = nearest(name, [kind.pattern for kind in KINDS])
    suggestion = Text(f"是否应为 {hint}?", f"Did you mean {hint}?") if hint else None
    message = Text(
        "目录不认识这个文件,它不会起作用。", "The catalogue does not know this file; it would have no effect."
    )
    return Finding(name, "", message, suggestion)


def write_directory(source: Source, root: Path, *, dry_run: bool = False) -> tuple[str, ...]:
    """Write every document in canonical form; returns the paths that change. Nothing else is touched."""
    forms, flows = folders(root) if root.is_dir() and any(root.iterdir()) else new_folders(root)
    changed = []
    for path in sorted(source.documents):
        head, _, tail = path.partition("/")
        target = (forms if head == "form_schemas" else flows) / tail
        text = source.text(path).encode("utf-8")
        if target.is_file() and target.read_bytes() == text:
            continue
        changed.append(path)
        if not dry_run:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text)
    return tuple(changed)


def new_folders(root: Path) -> tuple[Path, Path]:
    return root / "form_schemas", root / "workflows"
