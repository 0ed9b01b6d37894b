"""One golden vector: a rule, what is known, the day, and what must come out; written as JSON both interpreters read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class Unknown:
    """What must come out is *undetermined*, because of exactly these names."""

    names: tuple[str, ...] = ()


def unknown(*names: str) -> Unknown:
    return Unknown(tuple(sorted(names)))


@dataclass(frozen=True)
class Vector:
    """A rule and its result. `row` is the index of the row of `group` the rule stands in."""

    name: str
    rule: Any
    expected: Any
    facts: Mapping[str, Any] = field(default_factory=dict)
    row: Mapping[str, Any] | None = None
    on: str = "2022-06-01"
    params: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, bool] = field(default_factory=dict)
    derived: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        given = {"params": self.params, "statuses": self.statuses, "derived": self.derived}
        document: dict[str, Any] = {"name": self.name, "rule": self.rule, "facts": self.facts}
        document |= {"on": self.on} | {key: value for key, value in given.items() if value}
        if self.row is not None:
            document["row"] = self.row
        return document | result_json(self.expected)


def result_json(value: Any) -> dict[str, Any]:
    """A result as JSON: {"value": …} (a rational that is no integer as {"fraction": "1/3"}) or {"unknown": [names]}."""
    if isinstance(value, Unknown):
        return {"unknown": list(value.names)}
    if isinstance(value, Fraction) and value.denominator != 1:
        return {"fraction": str(value)}
    return {"value": int(value) if isinstance(value, Fraction) else value}
