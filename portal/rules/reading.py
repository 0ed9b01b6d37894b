"""Which names a rule reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.rules.operators import GROUPED


@dataclass(frozen=True)
class Names:
    """The facts, standards, recognitions and row groups a rule mentions."""

    reads: frozenset[str]
    params: frozenset[str]
    statuses: frozenset[str]
    groups: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        """Whatever somebody could have left unanswered, but for whole groups of rows."""
        return self.reads | self.params | self.statuses


def names_in(document: Any) -> Names:
    found: dict[str, set[str]] = {"var": set(), "param": set(), "status": set(), "group": set()}
    _collect(document, found)
    return Names(
        frozenset(found["var"]), frozenset(found["param"]), frozenset(found["status"]), frozenset(found["group"])
    )


def _collect(document: Any, found: dict[str, set[str]]) -> None:
    if isinstance(document, list):
        for part in document:
            _collect(part, found)
    elif isinstance(document, dict):
        for op, args in document.items():
            if op in found and isinstance(args, str):
                found[op].add(args)
                continue
            if op in GROUPED and isinstance(args, list) and args and isinstance(args[0], str):
                found["group"].add(args[0])
                _collect(args[1:], found)
                continue
            if op == "match" and isinstance(args, list) and len(args) > 1 and isinstance(args[1], dict):
                _collect([args[0], list(args[1].values()), *args[2:]], found)
                continue
            _collect(args, found)
