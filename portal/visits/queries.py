"""Reading home visits."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.visits.models import Visit


def latest(db: Session, application_id: int) -> Visit | None:
    """The newest visit of an application."""
    return db.scalar(
        select(Visit)
        .where(Visit.application_id == application_id)
        .order_by(Visit.recorded_at.desc(), Visit.revision.desc())
        .limit(1)
    )


def of_application(db: Session, application_id: int) -> Sequence[Visit]:
    return db.scalars(select(Visit).where(Visit.application_id == application_id).order_by(Visit.recorded_at)).all()
