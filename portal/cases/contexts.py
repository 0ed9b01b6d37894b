"""What the workflows may look at: the front's context and a case's, complete by construction."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from portal.cases.models import Case
from portal.verification import queries as verification_queries

if TYPE_CHECKING:
    from portal.cases.flow import File


def _shared(file: File) -> dict[str, Any]:
    application = file.application
    return {
        "calendar": file.calendar,
        "urgent": application.answers.get("app_urgent") is True,
        "any_conflict": bool(verification_queries.open_conflicts(file.db, application.id)),
    }


def front_context(file: File) -> dict[str, Any]:
    """Which shared steps the chosen items need, and the limit their shares are taken of."""
    items = file.catalogue.chosen(file.application.items)
    return {
        **_shared(file),
        "limit_days": min((item.time_limit.after for item in items if "visit" in item.front), default=5),
        "front_needs": frozenset(step for item in items for step in item.front),
        "recognition": "none",
    }


def case_context(file: File, case: Case) -> dict[str, Any]:
    """What one item needs of the front, where its recognition stands, and what the rules say of it."""
    item = file.catalogue.item(case.item)
    return {
        **_shared(file),
        "limit_days": item.time_limit.after,
        "front_needs": frozenset(item.front),
        "recognition": case.recognition,
        "list_holds": case.proposed_outcome == "eligible",
        "proactive": file.application.channel == "proactive",
        "spot_check": is_drawn(case),
    }


def is_drawn(case: Case) -> bool:
    """Whether a case is drawn for the county's spot check: 30 %, fixed by its number, all registered relatives.

    The draw needs no dice: a hash of the number is as good, cannot be steered, and can be recomputed by an auditor
    (at least 30 %, relatives always: procedure §3.12).
    """
    if case.application.answers.get("hh_insider_relative") is True:
        return True
    return hashlib.sha256(f"spot:{case.number}".encode()).digest()[0] < 0.3 * 256
