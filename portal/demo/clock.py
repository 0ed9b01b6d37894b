"""Moving the demo's clock: every night that passes lets waits end, and what turned yellow or red meanwhile is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.applications.models import Application
from portal.audit import Event
from portal.cases.commands import tick
from portal.cases.models import Task
from portal.cases.rules import clock
from portal.db import transaction
from portal.errors import Problem, Refused
from portal.jobs.runner import deliver_pending
from portal.organisation.commands import advance_demo
from portal.organisation.queries import CITY_TIME, moment
from portal.values import Text

NOT_BACK = Problem("clock-not-back", 422, Text("时钟只能向前,不能后退。", "The clock only goes forward, never back."))
LONGEST = 400  # days in one go


@dataclass(frozen=True)
class Turned:
    """A task whose clock changed its colour."""

    number: str
    item: str | None
    step: str
    due_on: date | None


@dataclass(frozen=True)
class Advanced:
    """What the days brought."""

    first: date
    last: date
    ahead: int
    moved: int
    delivered: int
    waits_ended: tuple[str, ...]
    yellow: tuple[Turned, ...]
    red: tuple[Turned, ...]


def advance(db: Session, days: int) -> Advanced:
    """Let so many days pass, one after another: each in a transaction of its own, as the worker would have."""
    if not 1 <= days <= LONGEST:
        raise Refused(NOT_BACK)
    first = moment(db)
    before = _colours(db, _day(first))
    last_event = db.scalar(select(Event.id).order_by(Event.id.desc()).limit(1)) or 0
    moved = delivered = 0
    for _ in range(days):
        with transaction(db):
            advance_demo(db, 1)
            moved += tick(db, now=moment(db))
        delivered += deliver_pending(db, now=moment(db))
    with transaction(db):
        audit.record(
            db, actor_id=None, actor_name="portal demo", action="demo.advanced", stream="demo", at=moment(db), days=days
        )
    now = moment(db)
    after = _colours(db, _day(now))
    turned = {colour: _turned(before, after, colour) for colour in ("yellow", "red")}
    return Advanced(
        _day(first),
        _day(now),
        (now - first).days,
        moved,
        delivered,
        _waits(db, last_event),
        turned["yellow"],
        turned["red"],
    )


def _day(at: datetime) -> date:
    return at.astimezone(CITY_TIME).date()


def days_until(db: Session, day: date) -> int:
    """How many days the clock has to move to show that day."""
    return (day - _day(moment(db))).days


Colours = dict[int, tuple[str, Turned]]


def _colours(db: Session, today: date) -> Colours:
    """Every open task with the colour of its clock."""
    query = (
        select(Task.id, Task.status, Task.item, Task.step, Task.due_on, Task.yellow_on, Application.number)
        .join(Application, Application.id == Task.application_id)
        .where(Task.status.in_(("open", "blocked")), Task.form != "publicity")
    )
    return {
        row.id: (
            clock(today, row.due_on, row.yellow_on, paused=False),
            Turned(row.number, row.item, row.step, row.due_on),
        )
        for row in db.execute(query)
    }


def _turned(before: Colours, after: Colours, colour: str) -> tuple[Turned, ...]:
    return tuple(
        task for task_id, (now, task) in after.items() if now == colour and before.get(task_id, ("", task))[0] != colour
    )


def _waits(db: Session, last_event: int) -> tuple[str, ...]:
    query = select(Event.subject).where(Event.action == "case.wait_elapsed", Event.id > last_event).order_by(Event.id)
    return tuple(db.scalars(query))
