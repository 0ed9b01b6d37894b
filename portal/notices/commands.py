"""Writing letters: numbered per application, content in both languages, delivered when it was shown or sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import audit
from portal.applications.models import Application
from portal.notices.models import Notice
from portal.values import Text


def write(
    db: Session, application: Application, kind: str, title: Text, body: Mapping[str, Any], *, now: datetime
) -> Notice:
    """Write one letter; that it is there is an event of its own, from which its applicant is told."""
    count = db.scalar(select(func.count()).where(Notice.application_id == application.id)) or 0
    notice = Notice(
        number=f"{application.number}-T{count + 1:02d}",
        application_id=application.id,
        kind=kind,
        title=title.to_json(),
        body=dict(body),
        written_at=now,
    )
    db.add(notice)
    db.flush()  # the next letter of the same application counts this one
    audit.record(
        db,
        actor_id=None,
        actor_name="system",
        action="notice.written",
        stream=f"notice:{notice.id}",
        region_code=application.region_code,
        at=now,
        kind=kind,
        application=application.id,
    )
    return notice
