"""Reading letters, through the application they belong to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.applications.models import Application
from portal.applications.queries import readable
from portal.errors import NOT_FOUND, Refused
from portal.notices.models import Notice


def of_application(db: Session, application_id: int) -> Sequence[Notice]:
    return db.scalars(select(Notice).where(Notice.application_id == application_id).order_by(Notice.id)).all()


def get(db: Session, actor: Actor, notice_id: int) -> Notice:
    found = db.scalar(
        select(Notice)
        .join(Application, Application.id == Notice.application_id)
        .where(Notice.id == notice_id, readable(actor))
    )
    if found is None:
        raise Refused(NOT_FOUND)
    return found
