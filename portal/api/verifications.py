"""Comparisons for programs: the connector of an outside register hands in what it was answered."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.api.contract import Answer, Asked
from portal.api.once import once
from portal.reader import now
from portal.verification import commands


def result(asked: Asked, id: int) -> Answer:  # noqa: A002 - the name in the address
    """Write down one answer; what it contradicts becomes work for a person."""
    return once(asked, lambda session: _recorded(session, asked, id))


def _recorded(session: Session, asked: Asked, check_id: int) -> Answer:
    check = commands.record_result(
        session, asked.actor, check_id, asked.body["state"], asked.body.get("returned"), now=now()
    )
    return Answer(
        {
            "id": check.id,
            "comparison": check.code,
            "person": check.person,
            "state": check.state,
            "returned_at": check.returned_at.isoformat() if check.returned_at else None,
        }
    )
