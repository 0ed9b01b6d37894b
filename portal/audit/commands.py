"""Writing the trail: one event beside each change, in the same transaction."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit.models import Event


def digest(event: Event) -> str:
    """The hash over the previous hash and everything the event says."""
    at = event.at.astimezone(UTC).isoformat()  # one moment has one spelling, whichever zone it was written or read in
    body = [event.stream, event.sequence, at, event.actor_id, event.actor_name, event.action]
    body += [event.subject, event.region_code, event.data, event.previous_hash]
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def record(
    db: Session,
    *,
    actor_id: int | None,
    actor_name: str,
    action: str,
    stream: str,
    at: datetime,
    subject: str = "",
    region_code: str = "",
    **data: Any,
) -> Event:
    """Append one event to its stream. `data` must be JSON; personal values belong in the tables, not in the trail."""
    last = db.execute(
        select(Event.sequence, Event.hash).where(Event.stream == stream).order_by(Event.sequence.desc()).limit(1)
    ).first()
    event = Event(
        stream=stream,
        sequence=(last.sequence if last else 0) + 1,
        at=at,
        actor_id=actor_id,
        actor_name=actor_name,
        action=action,
        subject=subject or stream,
        region_code=region_code,
        data=data,
        previous_hash=last.hash if last else "",
    )
    event.hash = digest(event)
    db.add(event)
    db.flush()  # the next event of this stream in the same transaction needs this one's sequence
    return event
