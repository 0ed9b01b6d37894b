"""What happens by itself: every minute the outbox is swept and waits whose day has come are ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from huey import Huey, RedisHuey, SqliteHuey, crontab
from sqlalchemy.orm import Session

from portal.cases.commands import tick
from portal.db import transaction
from portal.jobs.runner import deliver_pending
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


def scheduled(huey: Huey, sessions: Sessions) -> Huey:
    """The queue with its timetable."""

    @huey.periodic_task(crontab(minute="*"), name="minute")
    @huey.lock_task("minute")
    def every_minute() -> None:
        minute(sessions)

    return huey
