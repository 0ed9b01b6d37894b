"""Reading home visits of an application."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import vault_of
from portal.visits.models import Visit


def of_application(db: Session, application_id: int) -> Sequence[Visit]:
    """Every visit, the newest last."""
    return db.scalars(
        select(Visit)
        .where(Visit.application_id == application_id)
        .order_by(Visit.visited_on, Visit.recorded_at, Visit.uuid)
    ).all()


def latest(db: Session, application_id: int) -> Visit | None:
    """The visit that counts: the last complete one, else the last one begun."""
    found = of_application(db, application_id)
    complete = [visit for visit in found if visit.complete]
    known = complete or list(found)
    return known[-1] if known else None


def clear_answers(db: Session, visit: Visit) -> dict[str, Any]:
    opened: dict[str, Any] = vault_of(db).open_in(visit.answers)
    return opened
