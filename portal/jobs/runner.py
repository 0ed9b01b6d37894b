"""Delivering events to their handlers: each exactly once, retried when it failed, never in the way of what was done."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from portal.audit import Delivery, Event
from portal.db import transaction
from portal.errors import Refused
from portal.jobs.handlers import HANDLERS, Handler

log = logging.getLogger("portal.jobs")

Table = Mapping[str, tuple[Handler, ...]]
MAX_TRIES = 20
# Events are numbered before they are committed, so a slow transaction may appear behind the newest delivery.
LOOK_BACK = 10_000


def deliver(db: Session, event_id: int, *, now: datetime, table: Table = HANDLERS) -> int:
    """Run the handlers of one event that have not run yet. Returns how many did their work now."""
    event = db.get(Event, event_id)
    action = event.action if event is not None else ""
    return sum(_once(db, event_id, handler, now) for handler in table.get(action, ()))


def _once(db: Session, event_id: int, handler: Handler, now: datetime) -> bool:
    """One handler, its work and its delivery in one transaction."""
    name = handler.__name__
    try:
        with transaction(db):
            delivery = db.get(Delivery, (event_id, name), with_for_update=True)
            if delivery is not None and delivery.done_at is not None:
                return False
            if delivery is None:
                delivery = Delivery(event_id=event_id, handler=name, tries=0, error="")
                db.add(delivery)
                db.flush()  # whoever delivers the same event at this moment must meet our row
            handler(db, db.get_one(Event, event_id), now)
            delivery.done_at, delivery.error, delivery.tries = now, "", delivery.tries + 1
    except Exception as error:  # noqa: BLE001 - a handler's fault is written down and tried again; what was recorded stays recorded
        _note_failure(db, event_id, name, error)
        return False
    return True


def _note_failure(db: Session, event_id: int, name: str, error: Exception) -> None:
    log.warning("%s of event %s: %s", name, event_id, error)
    try:
        with transaction(db):
            delivery = db.get(Delivery, (event_id, name)) or Delivery(event_id=event_id, handler=name, tries=0)
            if delivery.done_at is None:
                delivery.tries += 1
                delivery.error = f"{type(error).__name__}: {error}"[:2000]
                db.add(delivery)
    except Refused:  # somebody else delivered it in the meantime
        log.info("%s of event %s was delivered elsewhere", name, event_id)


def pending(db: Session, *, table: Table = HANDLERS, everything: bool = False, limit: int = 500) -> list[int]:
    """Events some handler of which has not succeeded yet, oldest first."""
    found: set[int] = set(
        db.scalars(
            select(Delivery.event_id)
            .where(Delivery.done_at.is_(None), Delivery.tries < MAX_TRIES)
            .order_by(Delivery.event_id)
            .limit(limit)
        )
    )
    newest = db.scalar(select(func.max(Delivery.event_id))) or 0
    low = 0 if everything else newest - LOOK_BACK
    for action, handlers in table.items():
        for handler in handlers:
            missing = and_(Delivery.event_id == Event.id, Delivery.handler == handler.__name__)
            found.update(
                db.scalars(
                    select(Event.id)
                    .outerjoin(Delivery, missing)
                    .where(Event.action == action, Event.id > low, Delivery.event_id.is_(None))
                    .order_by(Event.id)
                    .limit(limit)
                )
            )
    return sorted(found)[:limit]


def deliver_pending(db: Session, *, now: datetime, table: Table = HANDLERS, everything: bool = False) -> int:
    """Deliver what is waiting; returns how many handlers did their work."""
    waiting = pending(db, table=table, everything=everything)
    db.rollback()
    return deliver_all(db, waiting, now=now, table=table)


def deliver_all(db: Session, event_ids: Iterable[int], *, now: datetime, table: Table = HANDLERS) -> int:
    return sum(deliver(db, event_id, now=now, table=table) for event_id in event_ids)
