"""Two people changed the same catalogue: what can be joined is joined, what contradicts is shown three ways.

Documents are joined key by key; lists whose entries have names are joined entry by entry, lists of plain values as
sets that keep their order. Anything else changed on both sides is a contradiction, and a person chooses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from portal.catalogue.canonical import compact, escape
from portal.catalogue.release import entries_by_name

GONE: Final = None  # what is not there; a document may not hold null where it may also be absent


@dataclass(frozen=True)
class Contradiction:
    """One place both sides changed differently: how it was, how we have it, how they have it."""

    file: str
    pointer: str
    before: Any
    ours: Any
    theirs: Any


@dataclass(frozen=True)
class Merged:
    """The joined document, with our side kept wherever the two contradict."""

    document: Any
    contradictions: tuple[Contradiction, ...]


def merge(file: str, before: Any, ours: Any, theirs: Any, choices: Mapping[str, str] | None = None) -> Merged:
    """Join two changed versions of a document. `choices` names the side ("ours", "theirs") per contradicting pointer."""
    found: list[Contradiction] = []
    document = _join(file, "", before, ours, theirs, choices or {}, found)
    return Merged(document, tuple(found))


def _join(
    file: str, pointer: str, before: Any, ours: Any, theirs: Any, choices: Mapping[str, str], found: list[Contradiction]
) -> Any:
    if same(ours, theirs) or same(theirs, before) or same(ours, before):
        return theirs if same(ours, before) else ours
    if isinstance(ours, dict) and isinstance(theirs, dict):
        was = before if isinstance(before, dict) else {}
        return _join_keys(file, pointer, was, ours, theirs, choices, found)
    if isinstance(ours, list) and isinstance(theirs, list):
        was_list = before if isinstance(before, list) else []
        named = [entries_by_name(side) for side in (was_list, ours, theirs)]
        if named[0] is not None and named[1] is not None and named[2] is not None:
            joined = _join_keys(file, pointer, named[0], named[1], named[2], choices, found)
            return list(joined.values())
        if all(not isinstance(value, dict | list) for value in (*was_list, *ours, *theirs)):
            return _join_plain(was_list, ours, theirs)
    if pointer not in choices:
        found.append(Contradiction(file, pointer, before, ours, theirs))
    return theirs if choices.get(pointer) == "theirs" else ours


def _join_keys(
    file: str,
    pointer: str,
    before: Mapping[str, Any],
    ours: Mapping[str, Any],
    theirs: Mapping[str, Any],
    choices: Mapping[str, str],
    found: list[Contradiction],
) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    for key in [*ours, *(key for key in theirs if key not in ours)]:
        place = f"{pointer}/{escape(key)}"
        value = _join(file, place, before.get(key, GONE), ours.get(key, GONE), theirs.get(key, GONE), choices, found)
        kept_null = value is None and (key in ours and key in theirs)
        if value is not None or kept_null:
            joined[key] = value
    return joined


def _join_plain(before: list[Any], ours: list[Any], theirs: list[Any]) -> list[Any]:
    """What they added is added, what they took away is taken away; our order stays."""
    was, hers = {compact(v) for v in before}, {compact(v) for v in theirs}
    kept = [value for value in ours if compact(value) in hers or compact(value) not in was]
    have = {compact(value) for value in kept}
    return [*kept, *(value for value in theirs if compact(value) not in was and compact(value) not in have)]


def same(one: Any, other: Any) -> bool:
    """Equal as documents: true is not 1, and the order of keys says nothing."""
    return compact(_sorted(one)) == compact(_sorted(other))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(entry) for entry in value] if isinstance(value, list) else value
