"""Who is asked about in a comparison, who signed, and how rows are named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

NEEDS_A_PERSON = ("block", "review")
BASES = ("declared", "returned", "seen", "other")
ANSWERED = ("returned", "no_record")
ADULT = 18
GROUPS = {"member": "members", "supporter": "supporters", "supporter_family": "supporter_families"}
NAMES = {"members": "member_name", "supporters": "sup_name", "supporter_families": "sup_family_name"}


@dataclass(frozen=True)
class Subject:
    """One person a comparison asks about: the row, the name, and whether the letter allows it."""

    row: str
    name: str
    answers: Mapping[str, Any]
    signed: bool


def age_on(born: Any, today: date) -> int | None:
    try:
        day = date.fromisoformat(str(born))
    except ValueError:
        return None
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))


def subjects(answers: Mapping[str, Any], today: date) -> Iterator[Subject]:
    """Everybody of an application, with whether he or she signed (no letter, no query).

    Minors are covered by their guardian's signature, which is the household's letter (found: S31).
    """
    household = answers.get("auth_signed") is True
    for group, name in NAMES.items():
        for position, row in enumerate(answers.get(group) or ()):
            if not isinstance(row, Mapping):
                continue
            if group == "members":
                age = age_on(row.get("member_birth_date"), today)
                signed = household and (
                    bool(row.get("auth_method") or row.get("auth_member_sign")) or (age is not None and age < ADULT)
                )
            else:
                signed = row.get("sup_auth_signed") is True or (group == "supporter_families" and household)
            yield Subject(f"{group}/{position}", str(row.get(name) or ""), row, signed)


def at(answers: Mapping[str, Any], row: str) -> Mapping[str, Any]:
    """The object a row name points at: the answers themselves for "", one row for "members/0"."""
    if not row:
        return answers
    group, _, position = row.partition("/")
    rows = answers.get(group) or ()
    index = int(position) if position.isdigit() else -1
    found = rows[index] if 0 <= index < len(rows) else {}
    return found if isinstance(found, Mapping) else {}
