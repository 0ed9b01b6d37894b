"""What happens by itself: every minute the outbox is swept and waits are ended; every night lists and birthdays start."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from huey import Huey, RedisHuey, SqliteHuey, crontab
from sqlalchemy.orm import Session

from portal.access.rules import SYSTEM
from portal.cases.commands import tick
from portal.db import transaction
from portal.jobs.publications import Prepare, publish_due_proposals
from portal.jobs.runner import deliver_pending
from portal.jobs.starts import run_nightly
from portal.organisation.queries import moment

Sessions = Callable[[], AbstractContextManager[Session]]


def queue(redis_url: str, folder: Path) -> Huey:
    """The queue: a file on one machine, Redis across several; the code on it is the same."""
    if redis_url:
        return RedisHuey("portal", url=redis_url)
    folder.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("portal", filename=str(folder / "jobs.db"))


def minute(sessions: Sessions, *, everything: bool = False) -> tuple[int, int]:
    """One turn: (applications that moved on, handlers that did their work)."""
    with sessions() as db:
        with transaction(db):
            moved = tick(db, now=moment(db))
        return moved, deliver_pending(db, now=moment(db), everything=everything)


def night(sessions: Sessions) -> dict[str, int]:
    """One night: how many applications each item was started with."""
    with sessions() as db:
        now = moment(db)
        reports = run_nightly(db, SYSTEM, now=now)
        db.rollback()
        while deliver_pending(db, now=now):
            pass
    return {f"{report.item} {report.source}": report.counts["opened"] for report in reports}


def scheduled(huey: Huey, sessions: Sessions, prepare: Prepare) -> Huey:
    """The queue with its timetable. `prepare` builds a release's application before it is in force."""

    @huey.periodic_task(crontab(minute="*"), name="minute")
    @huey.lock_task("minute")
    def every_minute() -> None:
        publish_due_proposals(sessions, prepare)
        minute(sessions)

    # Huey's clock is UTC: 18:10 is ten past two at night in the city.
    @huey.periodic_task(crontab(minute="10", hour="18"), name="night")
    @huey.lock_task("night")
    def every_night() -> None:
        night(sessions)

    return huey
