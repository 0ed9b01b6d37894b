"""Reading home visits of an application."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.applications.models import Application
from portal.applications.queries import readable
from portal.db import vault_of
from portal.errors import NOT_FOUND, Refused
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


def known(db: Session, uuid: str) -> bool:
    """Whether a record of this identifier has been kept, readable or not."""
    return db.get(Visit, uuid) is not None


def get(db: Session, actor: Actor, uuid: str) -> tuple[Visit, Application]:
    """One record with its application, if the actor may read that."""
    found = db.execute(
        select(Visit, Application)
        .join(Application, Application.id == Visit.application_id)
        .where(Visit.uuid == uuid, readable(actor))
    ).first()
    if found is None:
        raise Refused(NOT_FOUND)
    return found[0], found[1]


def clear_answers(db: Session, visit: Visit) -> dict[str, Any]:
    opened: dict[str, Any] = vault_of(db).open_in(visit.answers)
    return opened
