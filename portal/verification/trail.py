"""Who may work on an application's comparisons, and the audit event each piece of work leaves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.access.rules import SYSTEM
from portal.applications.models import Application


def covers(actor: Actor, application: Application, *functions: str) -> bool:
    """Whether one of these functions is the actor's at the application's place; jobs act as the system itself."""
    return actor == SYSTEM or any(actor.scope(function).covers(application.region_code) for function in functions)


def record(db: Session, actor: Actor, application: Application, action: str, now: datetime, **data: Any) -> None:
    audit.record(
        db,
        actor_id=actor.id,
        actor_name=actor.name,
        action=action,
        stream=f"application:{application.id}",
        subject=f"application:{application.id}",
        region_code=application.region_code,
        at=now,
        **data,
    )
