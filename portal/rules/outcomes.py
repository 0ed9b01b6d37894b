"""What an evaluation can give: a value, null (asked, there is none), or undetermined with the names that are missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portal.rules.rule import Derived


@dataclass(frozen=True)
class Undetermined:
    """Not known: at least one of these names would have to be answered first."""

    missing: frozenset[str] = frozenset()


Row = Mapping[str, Any]


@dataclass(frozen=True)
class Environment:
    """Everything a rule may look at: facts by question id, the day, standards of that day, recognitions, derived values."""

    facts: Mapping[str, Any]
    on: date
    params: Mapping[str, Fraction | int]
    statuses: Mapping[str, bool | None] = field(default_factory=dict)
    derived: Mapping[str, Derived] = field(default_factory=dict)
    _cache: dict[tuple[str, int], Any] = field(default_factory=dict, repr=False, compare=False)
    _reached: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)


def number(value: Any) -> Any:
    """JSON numbers as exact rationals; everything else unchanged (NaN and infinity stay floats, which are no numbers)."""
    return Fraction(str(value)) if isinstance(value, float) and isfinite(value) else value
