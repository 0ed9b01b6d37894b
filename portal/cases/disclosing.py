"""Showing a family's numbers in full to somebody who works on one of its cases: a read that is written down."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.cases import queries
from portal.cases.models import Case
from portal.errors import FieldError, Problem, Refused
from portal.values import Text

PURPOSE_MISSING: Final = Problem(
    "purpose-missing", 422, Text("查看完整号码须写明用途。", "Say what you need the full numbers for.")
)


def unmask(db: Session, actor: Actor, case_id: int, purpose: str, *, now: datetime) -> Case:
    """Permit one look at the numbers of a case the actor may see; who, when and what for is kept in the trail."""
    case = queries.case(db, actor, case_id)
    if not purpose.strip():
        raise Refused(PURPOSE_MISSING, (FieldError("/purpose", "purpose", "required", PURPOSE_MISSING.message),))
    audit.record(
        db,
        actor_id=actor.id,
        actor_name=actor.name,
        action="application.unmasked",
        stream=f"application:{case.application_id}",
        subject=f"case:{case.id}",
        region_code=case.region_code,
        at=now,
        purpose=purpose.strip()[:200],
    )
    return case
