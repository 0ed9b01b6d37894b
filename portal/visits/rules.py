"""What makes a visit's record acceptable beyond the form itself, and what the platform fills in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from portal.errors import FieldError
from portal.values import Text

# One visit may be used again for other items within half a year (procedure §3.7).
REUSED_FOR_MONTHS = 6


def people_faults(answers: Mapping[str, Any]) -> list[FieldError]:
    """Two different investigators, neither with an interest in the case (found: S02)."""
    faults = []
    first, second = (_name(answers.get(f"visitor{n}_name")) for n in (1, 2))
    if first and first == second:
        same = Text("两名调查人不能是同一人。", "The two investigators must be different people.")
        faults.append(FieldError("/visitor2_name", "visitor2_name", "same_person", same))
    if answers.get("visit_no_conflict") is False:
        interest = Text("有利害关系的人员须回避,请更换调查人。", "Somebody with an interest must be replaced.")
        faults.append(FieldError("/visit_no_conflict", "visit_no_conflict", "interest", interest))
    return faults


def _name(value: Any) -> str:
    return "".join(value.split()) if isinstance(value, str) else ""


def usable_until(visited_on: date) -> date:
    """The last day a visit may stand in for another one."""
    month = visited_on.month - 1 + REUSED_FOR_MONTHS
    year, month = visited_on.year + month // 12, month % 12 + 1
    for day in range(visited_on.day, 27, -1):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return date(year, month, visited_on.day)


def day_of(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
