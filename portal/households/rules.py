"""Plain readings of a member's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class MemberFacts:
    """What identifies a member among the answers of a row."""

    name: str
    number: str
    id_type: str
    relation: str
    sex: str
    born: date | None


def day_of(text: str) -> date | None:
    """A date from ISO text or eight digits; None when it is neither."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def facts_of_member(row: Mapping[str, Any]) -> MemberFacts:
    def text(name: str) -> str:
        value = row.get(name)
        return value.strip() if isinstance(value, str) else ""

    return MemberFacts(
        text("member_name"),
        text("member_id_no"),
        text("member_id_type"),
        text("member_relation"),
        text("member_sex")[:2],
        day_of(text("member_birth_date")),
    )
